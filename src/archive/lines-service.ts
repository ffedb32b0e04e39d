/**
 * Prints what the archive has, for a checker outside the lab's network: `archive-lines` how far it goes, as one JSON value;
 * `archive-lines 0:0-500 1:0-300` the lines of these messages, as they are stored. Run beside the archive; it only reads.
 */
import { archiveConfig } from '../config/service.js';
import { describeError, exitCodes, LabError } from '../errors.js';
import { hdfsArchive } from '../runtimes/docker/hdfs-archive.js';
import { openWebHdfs } from '../runtimes/docker/webhdfs.js';
import { linesOf, parseStretch, stretchesOf } from './printed-lines.js';

try {
  const stretches = process.argv.slice(2).map(parseStretch);
  const archive = hdfsArchive(openWebHdfs(archiveConfig().webhdfs));
  if (stretches.length === 0) await print(`${JSON.stringify(await stretchesOf(archive))}\n`);
  else for await (const lines of linesOf(archive, stretches)) await print(lines);
} catch (error) {
  console.error(describeError(error));
  process.exitCode = exitCodes[error instanceof LabError ? error.kind : 'internal'];
}

/** Waits until it is taken, for it may be much. */
function print(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(error) : resolve())));
}
