/** The generator's ledger as its container prints it: `node generator.mjs ledger`, run beside the generator. */
import { LabError } from '../../errors.js';
import { runInContainer } from './container-exec.js';
import type { Engine, LabContainer } from './containers.js';

const command = ['node', '/opt/snacklab/generator.mjs', 'ledger'];
const silenceMsMax = 60_000;

/** The ledger's lines. Throws `unavailable` when the generator does not run or does not print it. */
export async function readGeneratorLedger(
  docker: Engine,
  containers: readonly LabContainer[],
): Promise<readonly string[]> {
  const generator = containers.find(({ service }) => service === 'generator');
  if (generator?.state !== 'running') {
    throw new LabError(`the generator does not run (it is ${generator?.state ?? 'not there'})`, {
      kind: 'unavailable',
      suggestion: 'snacklab {lab} logs generator',
    });
  }
  const pieces: Buffer[] = [];
  const onOutput = (piece: Buffer) => pieces.push(piece);
  await runInContainer(docker, generator, { command, what: 'its ledger', silenceMsMax, onOutput });
  return Buffer.concat(pieces)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
