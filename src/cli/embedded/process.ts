/** The process of an embedded lab, from the command line's side: started detached, found again by its socket, ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { exitCodes, type FailureKind, LabError } from '../../errors.js';
import type { LabName } from '../../resources.js';
import { remoteLab } from '../../runtimes/embedded/remote/client.js';
import type { CommandContext } from '../report.js';
import { type EmbeddedSettings, labIn, logFileIn } from './directory.js';
import { parseLine } from './log-file.js';
import type { About } from './own-methods.js';
import { notUp, placeIn } from './place.js';

export interface ProcessOptions {
  readonly lab: LabName;
  readonly dir: string;
  readonly settings: EmbeddedSettings;
}

export interface StartedProcess {
  /** Throws what the process ended with, if it did. */
  assertAlive(): Promise<void>;
  /** Ends it again. */
  end(): Promise<void>;
}

/** Opening a large log takes its time; a process that takes longer is stuck. */
const startMsMax = 120_000;
/** What is in flight is acknowledged within seconds; what takes longer is killed, and goes on from what it committed. */
const endMsMax = 20_000;
const lookEveryMs = 50;

/** Starts the process, and resolves when it answers. Throws what it failed with. */
export async function startProcess(options: ProcessOptions, context: CommandContext): Promise<StartedProcess> {
  const { lab, dir } = options;
  const logFrom = statSync(logFileIn(dir), { throwIfNoEntry: false })?.size ?? 0;
  const child = spawnDetached(options, context);
  const assertAlive = async () => {
    if (child.exitCode !== null || child.signalCode !== null) throw await failureOf(child, dir, logFrom);
  };
  const end = () => endPid(child.pid!, context, () => child.kill('SIGTERM'));
  try {
    const deadlineMs = context.clock.nowMs() + startMsMax;
    for (;;) {
      context.signal.throwIfAborted();
      await assertAlive();
      if ((await placeIn(dir, true, lab)).about?.pid === child.pid) return { assertAlive, end };
      if (context.clock.nowMs() > deadlineMs) throw tooLate(dir);
      await context.clock.sleep(lookEveryMs);
    }
  } catch (error) {
    await end();
    throw error;
  }
}

/** Asks a lab's process to end, and resolves when it has. */
export async function stopProcess(
  { dir, lab, about }: { readonly dir: string; readonly lab: LabName; readonly about: About },
  context: Pick<CommandContext, 'clock' | 'say'>,
): Promise<void> {
  const { socket } = (await labIn(dir, lab))!;
  await using remote = remoteLab(socket, (cause) => notUp(lab, { dir, given: true }, cause));
  await endPid(about.pid, context, () => remote.lab('stop').catch(() => {}));
}

function spawnDetached({ lab, dir, settings }: ProcessOptions, { resources, config }: CommandContext): ChildProcess {
  const log = openSync(logFileIn(dir), 'a', 0o600);
  const child = spawn(process.execPath, [resources.embedded, lab, dir, JSON.stringify(settings)], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: dir,
    env: config.inherited as NodeJS.ProcessEnv,
  });
  closeSync(log);
  child.unref();
  // What kept it from starting is told as its end.
  child.on('error', () => {});
  return child;
}

async function endPid(
  pid: number,
  { say }: Pick<CommandContext, 'say'>,
  ask: () => Promise<unknown> | unknown,
): Promise<void> {
  await ask();
  const pause = () => new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  const deadlineMs = performance.now() + endMsMax;
  while (isThere(pid) && performance.now() < deadlineMs) await pause();
  if (!isThere(pid)) return;
  say(`process ${pid} did not end within ${endMsMax} ms and is killed`);
  process.kill(pid, 'SIGKILL');
  while (isThere(pid)) await pause();
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** What the process said last, as the error that it met. */
async function failureOf(child: ChildProcess, dir: string, logFrom: number): Promise<LabError> {
  const bytes = await readFile(logFileIn(dir));
  const lines = bytes
    .subarray(Math.min(logFrom, bytes.length))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseLine(line).text);
  const said = (start: string) => lines.findLast((line) => line.startsWith(start))?.slice(start.length);
  const how = child.signalCode ?? `with code ${child.exitCode}`;
  const kind = (Object.keys(exitCodes) as FailureKind[]).find((one) => exitCodes[one] === child.exitCode);
  return new LabError(said('failed: ') ?? `the lab's process ended ${how}: ${lines.at(-1) ?? 'it said nothing'}`, {
    kind: kind === undefined || kind === 'pass' ? 'unavailable' : kind,
    suggestion: said('try: ') ?? `see ${logFileIn(dir)}`,
    detail: { dir, exitCode: child.exitCode, signal: child.signalCode },
  });
}

function tooLate(dir: string): LabError {
  return new LabError(`the lab's process did not answer within ${startMsMax} ms`, {
    kind: 'unavailable',
    suggestion: `see ${logFileIn(dir)}`,
    detail: { dir },
  });
}
