/**
 * The benchmark of HTTP ingestion: batches of 100 events, one process that takes them, another that sends them.
 *
 *     npm run bench:ingestion                                       on the embedded log, in a fresh directory
 *     npm run bench:ingestion -- --url http://127.0.0.1:9022        on a lab in Docker that is up, whose log grows by it
 */
import { loadOnce } from './ingestion/load.js';
import { highestRow, pacedRow } from './ingestion/rows.js';
import { serveEmbedded } from './ingestion/served.js';
import { runBench } from './run.js';

const [, , role, argument] = process.argv;
if (role === 'serve') await serveEmbedded();
else if (role === 'load') await loadOnce(JSON.parse(argument!));
else {
  await runBench('ingestion', { highest: highestRow, paced: pacedRow }, ['url']);
}
