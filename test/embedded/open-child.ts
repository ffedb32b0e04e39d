/**
 * Opens the directory of its first argument, begun with as many partitions as the second says, and prints what came of
 * it; with a third argument as the user of that number, once it has loaded what only its own user may read.
 */
import { LabError } from '../../src/errors.js';
import { openEmbedded } from '../../src/runtimes/embedded/open.js';

const [dir, partitions = '3', uid] = process.argv.slice(2);
if (uid !== undefined) {
  process.setgroups!([]);
  process.setgid!(Number(uid));
  process.setuid!(Number(uid));
}
try {
  await using data = await openEmbedded({ dir: dir!, partitions: Number(partitions), say: () => {} });
  process.stdout.write(`${JSON.stringify({ partitions: data.log.partitions })}\n`);
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  const { kind, message, suggestion } = error;
  process.stdout.write(`${JSON.stringify({ kind, message, suggestion })}\n`);
}
