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
import { findResources } from '../src/resources.js';
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

export interface BenchLab {
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
const say = (text: string) => void process.stderr.write(`${text}\n`);

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

let current: { readonly settings: string; readonly lab: BenchLab } | undefined;

/** A lab with these flags of `up`: the one that is there if it has them, else a fresh one. */
export async function labWith(settings: readonly string[], options: { fresh?: boolean } = {}): Promise<BenchLab> {
  const key = settings.join(' ');
  if (current?.settings === key && options.fresh !== true) return current.lab;
  await removeLab();
  await refuseOthersLab();
  say(`  bringing up a fresh lab: ${key}`);
  const startedMs = Date.now();
  // From here on it is ours to remove, whatever becomes of `up`.
  current = { settings: '', lab: undefined as never };
  const { document } = await snacklab(['lambda', 'up', ...settings, '--port-base', portBase, '--no-grafana']);
  const docker = await connectEngine(commandLineConfig());
  const containers = await listContainers(docker, 'lambda');
  const address = (service: string) => `127.0.0.1:${publishedPort(containers, service)}`;
  const lab: BenchLab = {
    docker,
    containers,
    up: document,
    startedMs,
    kafka: address('kafka'),
    cassandra: address('cassandra'),
    container: (service) => containers.find((one) => one.service === service)!,
  };
  current = { settings: key, lab };
  return lab;
}

/** Forgets the lab that was brought up here, if there is one. */
export async function removeLab(): Promise<void> {
  if (current === undefined) return;
  await snacklab(['lambda', 'down', '--volumes']);
  current = undefined;
}

async function refuseOthersLab(): Promise<void> {
  const containers = await listContainers(await connectEngine(commandLineConfig()), 'lambda');
  if (containers.length === 0) return;
  throw new LabError('a Lambda lab is there already; the benchmarks need their own', {
    kind: 'unavailable',
    suggestion: 'snacklab lambda down --volumes',
  });
}

/** Output of a program in a service's container. */
export async function execIn(
  lab: BenchLab,
  service: string,
  command: readonly string[],
  environment: readonly string[] = [],
): Promise<string> {
  const flags = environment.flatMap((variable) => ['-e', variable]);
  const args = ['exec', ...flags, lab.container(service).name, ...command];
  const { stdout } = await promisify(execFile)('docker', args, { maxBuffer: 256 << 20, timeout: 600_000 });
  return stdout;
}

export const openStore = (lab: BenchLab) => openCassandraStore({ contactPoint: lab.cassandra, architecture: 'lambda' });

export async function liveHead(lab: BenchLab): Promise<Head> {
  await using store = await openStore(lab);
  const { heads, live } = await store.readHeads();
  return heads.get(live)!;
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
