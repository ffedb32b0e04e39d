/** Runs a program in a container of the lab and hands over what it prints, as it comes: it may be much. */
import { Writable } from 'node:stream';
import { describeError, LabError } from '../../errors.js';
import type { Engine, LabContainer } from './containers.js';

export interface ProgramRun {
  readonly command: readonly string[];
  /** What it is, for errors: `the ledger`. */
  readonly what: string;
  /** For so long it may print nothing. */
  readonly silenceMsMax: number;
  readonly onOutput: (piece: Buffer) => void;
}

/** Resolves when it has ended well. Throws `unavailable` when it does not, or cannot be started, or what `onOutput` throws. */
export async function runInContainer(docker: Engine, container: LabContainer, run: ProgramRun): Promise<void> {
  const { service } = container;
  const failed = (why: string, cause?: unknown) =>
    new LabError(`${service} did not print ${run.what}: ${why}`, {
      kind: 'unavailable',
      suggestion: `snacklab {lab} logs ${service}`,
      cause,
    });
  let ended: Awaited<ReturnType<typeof follow>>;
  try {
    ended = await follow(docker, container.id, run);
  } catch (error) {
    throw failed(describeError(error), error);
  }
  if ('refused' in ended) throw ended.refused;
  if (ended.wasSilent) throw failed(`nothing came for ${run.silenceMsMax} ms`);
  if (ended.exitCode !== 0) throw failed(`it ended with ${ended.exitCode}: ${ended.complaint}`);
}

/** How it ended; `refused` is what `onOutput` threw. */
async function follow(docker: Engine, id: string, { command, silenceMsMax, onOutput }: ProgramRun) {
  const exec = await docker.getContainer(id).exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: false });
  const complaints: Buffer[] = [];
  let refused: { readonly refused: unknown } | undefined;
  let wasSilent = false;
  const alarm = setTimeout(() => {
    wasSilent = true;
    stream.destroy();
  }, silenceMsMax);
  // Taken at once, so that what has come and was not looked at yet does not pile up.
  const takingBy = (take: (piece: Buffer) => void) =>
    new Writable({
      write(piece: Buffer, _, done) {
        alarm.refresh();
        try {
          if (refused === undefined) take(piece);
        } catch (error) {
          refused = { refused: error };
          stream.destroy();
        }
        done();
      },
    });
  docker.modem.demuxStream(
    stream,
    takingBy(onOutput),
    takingBy((piece) => complaints.push(piece)),
  );
  await new Promise<void>((resolve, reject) => {
    stream.once('end', resolve).once('close', resolve).once('error', reject);
  }).finally(() => clearTimeout(alarm));
  if (refused !== undefined) return refused;
  const { ExitCode: exitCode } = await exec.inspect();
  return { exitCode, wasSilent, complaint: Buffer.concat(complaints).toString('utf8').trim() };
}
