/** The generator's ledger as its container prints it: `node generator.mjs ledger`, run beside the generator. */
import { PassThrough } from 'node:stream';
import { LabError } from '../../errors.js';
import type { Engine, LabContainer } from './containers.js';

const command = ['node', '/opt/snacklab/generator.mjs', 'ledger'];
const waitMsMax = 60_000;

/** The ledger's lines. Throws `unavailable` when the generator does not run or does not print it. */
export async function readGeneratorLedger(
  docker: Engine,
  containers: readonly LabContainer[],
): Promise<readonly string[]> {
  const generator = containers.find(({ service }) => service === 'generator');
  if (generator?.state !== 'running') {
    throw unavailable(`the generator does not run (it is ${generator?.state ?? 'not there'})`);
  }
  const exec = await docker.getContainer(generator.id).exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: false });
  const [printed, complained] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, printed, complained);
  const end = () => {
    printed.end();
    complained.end();
  };
  stream.once('end', end).once('close', end);
  const alarm = setTimeout(() => stream.destroy(), waitMsMax);
  const [text, complaint] = await Promise.all([textOf(printed), textOf(complained)]);
  clearTimeout(alarm);
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw unavailable(`the generator printed no ledger (exit ${ExitCode}): ${complaint.trim()}`);
  return text.split('\n').filter((line) => line !== '');
}

async function textOf(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function unavailable(message: string): LabError {
  return new LabError(message, { kind: 'unavailable', suggestion: 'snacklab {lab} logs generator' });
}
