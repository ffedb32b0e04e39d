/**
 * The lab that the benchmarks use, through the built command line as a user would. One at a time; it is fresh for each
 * set of settings and gone at the end. It never touches a lab that it did not bring up.
 */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { commandLineConfig } from '../src/config/command-line.js';
import { LabError } from '../src/errors.js';
import { findResources, type LabName } from '../src/resources.js';
import { openCassandraStore } from '../src/runtimes/docker/cassandra-store.js';
import { openCheckerLog } from '../src/runtimes/docker/checker-log.js';
import { publishedPort } from '../src/runtimes/docker/compose-settings.js';
import { connectEngine, type Engine, type LabContainer, listContainers } from '../src/runtimes/docker/containers.js';
import type { Head } from '../src/serving/head.js';

export interface Printed {
  readonly exitCode: number;
  // biome-ignore lint/suspicious/noExplicitAny: each command's document has its own published schema
  readonly document: any;
  readonly stderr: string;
}

/** Which lab, and the flags of its `up`. */
export interface WantedLab {
  readonly name: LabName;
  readonly flags: readonly string[];
}

export interface BenchLab {
  readonly name: LabName;
  readonly docker: Engine;
  readonly containers: readonly LabContainer[];
  /** What `up` printed, and the moment before it was called. */
  readonly up: Printed['document'];
  readonly startedMs: number;
  readonly kafka: string;
  readonly cassandra: string;
  container(service: string): LabContainer;
}

const portBase = '30000';

/** What a reader who waits may want to know. */
export const say = (text: string): void => void process.stderr.write(`  ${text}\n`);

/** Runs `snacklab ARGS --json`; throws what it said when it did not exit with 0, unless `anyExit`. */
export async function snacklab(
  args: readonly string[],
  options: { timeoutMs?: number; anyExit?: boolean } = {},
): Promise<Printed> {
  const cli = join(findResources().root, 'dist', 'cli.mjs');
  const child = spawn(process.execPath, [cli, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 900_000,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  if (exitCode !== 0 && options.anyExit !== true) {
    throw new LabError(`snacklab ${args.join(' ')} ended with ${exitCode}: ${stderr.slice(-2_000)}`);
  }
  return { exitCode, document: stdout.trim() === '' ? undefined : JSON.parse(stdout), stderr };
}

/** The lab that was brought up here; its flags, as one text, are undefined until it is up. */
let current: { readonly name: LabName; readonly flags?: string; readonly lab?: BenchLab } | undefined;

/** A lab with these flags of `up`: the one that is there if it has them, else a fresh one. */
export async function labWith(wanted: WantedLab, options: { fresh?: boolean } = {}): Promise<BenchLab> {
  const { name } = wanted;
  const flags = wanted.flags.join(' ');
  const isThere = current?.name === name && current.flags === flags;
  if (isThere && current?.lab !== undefined && options.fresh !== true) return current.lab;
  await removeLab();
  await refuseOthersLab(name);
  say(`bringing up a fresh ${name} lab: ${flags}`);
  const startedMs = Date.now();
  // From here on it is ours to remove, whatever becomes of `up`.
  current = { name };
  const { document } = await snacklab([name, 'up', ...wanted.flags, '--port-base', portBase, '--no-grafana']);
  const docker = await connectEngine(commandLineConfig());
  const containers = await listContainers(docker, name);
  const address = (service: string) => `127.0.0.1:${publishedPort(containers, service)}`;
  const lab: BenchLab = {
    name,
    docker,
    containers,
    up: document,
    startedMs,
    kafka: address('kafka'),
    cassandra: address('cassandra'),
    container: (service) => containers.find((one) => one.service === service)!,
  };
  current = { name, flags, lab };
  return lab;
}

/** A fresh lab for a row that changes it too much for any other: it is gone when the row ends. */
export async function labOfItsOwn(wanted: WantedLab): Promise<BenchLab & AsyncDisposable> {
  return { ...(await labWith(wanted, { fresh: true })), [Symbol.asyncDispose]: removeLab };
}

/** Forgets the lab that was brought up here, if there is one. */
export async function removeLab(): Promise<void> {
  if (current === undefined) return;
  await snacklab([current.name, 'down', '--volumes']);
  current = undefined;
}

async function refuseOthersLab(name: LabName): Promise<void> {
  const containers = await listContainers(await connectEngine(commandLineConfig()), name);
  if (containers.length === 0) return;
  throw new LabError(`a ${name} lab is there already; the benchmarks need their own`, {
    kind: 'unavailable',
    suggestion: `snacklab ${name} down --volumes`,
  });
}

/** Output of a program in a service's container; `input` is its standard input. */
export async function execIn(
  lab: BenchLab,
  service: string,
  command: readonly string[],
  options: { readonly environment?: readonly string[]; readonly input?: string } = {},
): Promise<string> {
  const environment = (options.environment ?? []).flatMap((variable) => ['-e', variable]);
  const interactive = options.input === undefined ? [] : ['-i'];
  const args = ['exec', ...interactive, ...environment, lab.container(service).name, ...command];
  const running = promisify(execFile)('docker', args, { maxBuffer: 256 << 20, timeout: 600_000 });
  // A program that does not want its input may end before it has all of it: how it ends says what went wrong.
  running.child.stdin?.on('error', () => {}).end(options.input ?? '');
  return (await running).stdout;
}

export const openStore = (lab: BenchLab) => openCassandraStore({ contactPoint: lab.cassandra, architecture: lab.name });

export async function liveHead(lab: BenchLab): Promise<Head> {
  await using store = await openStore(lab);
  const { heads, live } = await store.readHeads();
  return heads.get(live)!;
}

/** Waits for the first published base: from then on a lab runs as it will run. Resolves with the head that names it. */
export function untilFirstBase(lab: BenchLab, everyMs?: number): Promise<Head> {
  const ask = async () => {
    const head = await liveHead(lab);
    return head.baseId > 0 && head;
  };
  return until('a published base', 300_000, ask, everyMs);
}

/** Asks until there is something; throws when that takes too long. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T | undefined | false>,
  everyMs = 500,
): Promise<T> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > endMs) throw new LabError(`${what}: not within ${timeoutMs} ms`);
    await sleep(everyMs);
  }
}

/** Waits until the head covers all that is in the log now. */
export async function untilCaughtUp(lab: BenchLab, timeoutMs: number): Promise<void> {
  await using log = await openCheckerLog(lab.kafka);
  const { ends } = await log.extent();
  await until('the head at the log’s end', timeoutMs, async () => {
    const { position } = await liveHead(lab);
    return position.every((offset, partition) => offset >= ends[partition]!);
  });
}

/** Acts every so many milliseconds, or as often as it can, until `stop`. */
export async function repeatedly(everyMs: number, stop: AbortSignal, act: () => Promise<void>): Promise<void> {
  while (!stop.aborted) {
    const startedMs = performance.now();
    await act();
    await sleep(Math.max(0, everyMs - (performance.now() - startedMs)));
  }
}
