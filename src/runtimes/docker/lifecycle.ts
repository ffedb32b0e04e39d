/**
 * Brings a lab's containers up: compose starts them, this watches them until each is ready. When one dies, or time is
 * up, or the user interrupts, what this run started is stopped again and the first error is the one that is told; what
 * ran before goes on running. Building is ./compose-build.ts's work, taking a lab down ./lifecycle-down.ts's.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type Docker from 'dockerode';
import { describeError, LabError } from '../../errors.js';
import type { LabName } from '../../resources.js';
import { type ComposeProject, runCompose } from './compose.js';
import { type LabContainer, listContainers } from './containers.js';
import { lastLogLines } from './containers-logs.js';
import { settled } from './lifecycle-down.js';
import { isReady, stateText, type Trouble, troubleIn } from './lifecycle-state.js';

export interface StartRequest {
  readonly scales: readonly string[];
  readonly grafana: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** A service's state has changed. */
  readonly onState: (container: string, state: string) => void;
  /** What went wrong without stopping the lab. */
  readonly onNote: (text: string) => void;
}

const pollEveryMs = 500;
const stopGraceS = 10;
const stopSettlesMs = 60_000;
const quietLooksWanted = 2;
const betweenLooksMs = 300;
const logLines = 15;

/** Which containers of the lab run before anything is started: a failed start leaves these as they are. */
export async function namesRunning(docker: Docker, lab: LabName): Promise<ReadonlySet<string>> {
  const containers = await listContainers(docker, lab);
  return new Set(containers.filter(({ state }) => state === 'running').map(({ name }) => name));
}

/** Starts all containers and waits until all are ready. Throws the first trouble; does not stop anything by itself. */
export async function startContainers(docker: Docker, project: ComposeProject, request: StartRequest): Promise<void> {
  const before = await listContainers(docker, project.lab);
  // The signal of the watch also ends compose: when one of both fails there is nothing left to wait for.
  const failed = new AbortController();
  const signal = AbortSignal.any([request.signal, failed.signal]);
  const profile = request.grafana ? ['--profile', 'grafana'] : [];
  const args = [...profile, 'up', '-d', '--no-build', '--remove-orphans', ...request.scales];
  let composeEnded = false;
  const compose = runCompose(project, args, { timeoutMs: request.timeoutMs, signal }).then(() => {
    composeEnded = true;
  });
  const watch = watchUntilReady(docker, project.lab, { ...request, before, signal, composeEnded: () => composeEnded });
  try {
    await Promise.all([compose, watch]);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled([compose, watch]);
    request.signal.throwIfAborted();
    throw await explained(docker, project.lab, before, error);
  }
}

/**
 * Stops what runs now and did not run before, and looks again until the engine lists none of it. One look is not enough:
 * the engine answers that a container has stopped a moment before it lists it so, and a start that compose had asked for
 * when it was interrupted may come after the first look. Throws `unavailable` when something runs all the same.
 */
export async function stopStarted(docker: Docker, lab: LabName, ranBefore: ReadonlySet<string>): Promise<void> {
  const deadline = performance.now() + stopSettlesMs;
  for (let quietLooks = 0; quietLooks < quietLooksWanted; ) {
    const started = (await listContainers(docker, lab)).filter(
      ({ name, state }) => !ranBefore.has(name) && ['running', 'restarting', 'paused'].includes(state),
    );
    quietLooks = started.length === 0 ? quietLooks + 1 : 0;
    if (started.length > 0 && performance.now() > deadline) throw stillRunning(started);
    await Promise.all(started.map(({ id }) => settled(docker.getContainer(id).stop({ t: stopGraceS }))));
    if (quietLooks < quietLooksWanted) await pause(betweenLooksMs);
  }
}

function stillRunning(containers: readonly LabContainer[]): LabError {
  const names = containers.map(({ name }) => name);
  return new LabError(`the engine does not stop ${names.join(', ')}`, {
    kind: 'unavailable',
    suggestion: `docker kill ${names.join(' ')}`,
    detail: { names },
  });
}

/** Throws when a container has died since `before`. */
export async function assertAlive(docker: Docker, lab: LabName, before: readonly LabContainer[]): Promise<void> {
  const trouble = troubleIn(withoutGrafana(await listContainers(docker, lab)), before, true);
  if (trouble !== undefined) throw await diedError(docker, trouble);
}

/** Removes the containers of a service that is no longer wanted. */
export async function removeService(docker: Docker, lab: LabName, service: string): Promise<void> {
  const containers = (await listContainers(docker, lab)).filter((one) => one.service === service);
  await Promise.all(containers.map(({ id }) => docker.getContainer(id).remove({ force: true })));
}

/** Grafana shows the lab and is no part of it: without it the lab is whole. */
function withoutGrafana(containers: readonly LabContainer[]): readonly LabContainer[] {
  return containers.filter(({ service }) => service !== 'grafana');
}

interface Watch extends StartRequest {
  readonly before: readonly LabContainer[];
  readonly composeEnded: () => boolean;
}

async function watchUntilReady(docker: Docker, lab: LabName, watch: Watch): Promise<void> {
  const shown = new Map<string, string>();
  const noted = new Set<string>();
  const deadline = performance.now() + watch.timeoutMs;
  for (;;) {
    watch.signal.throwIfAborted();
    const ended = watch.composeEnded();
    const containers = (await listContainers(docker, lab)).filter(
      ({ service }) => watch.grafana || service !== 'grafana',
    );
    for (const container of containers) showChange(shown, container, watch.onState);
    const engines = withoutGrafana(containers);
    const trouble = troubleIn(engines, watch.before, ended);
    if (trouble !== undefined) throw await diedError(docker, trouble);
    const grafana = troubleIn(
      containers.filter(({ service }) => service === 'grafana'),
      watch.before,
      ended,
    );
    if (grafana !== undefined && !noted.has(grafana.what)) {
      noted.add(grafana.what);
      watch.onNote(`${grafana.what}; the lab goes on without it`);
    }
    if (ended && engines.length > 0 && engines.every(isReady)) return;
    if (performance.now() > deadline) throw lateError(engines, watch.timeoutMs);
    await sleep(pollEveryMs, watch.signal);
  }
}

function showChange(
  shown: Map<string, string>,
  container: LabContainer,
  onState: (container: string, state: string) => void,
): void {
  const state = stateText(container);
  if (shown.get(container.name) === state) return;
  shown.set(container.name, state);
  onState(container.name, state);
}

/** Compose only says that something failed; which container and why is found in the engine. */
async function explained(
  docker: Docker,
  lab: LabName,
  before: readonly LabContainer[],
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof LabError) || !error.message.startsWith('docker compose')) return error;
  const engines = withoutGrafana(await listContainers(docker, lab));
  const trouble = troubleIn(engines, before, false);
  return trouble === undefined ? error : diedError(docker, trouble);
}

async function diedError(docker: Docker, trouble: Trouble): Promise<LabError> {
  const { container, what } = trouble;
  const lines = await lastLogLines(docker, container, logLines).catch((error) => [describeError(error)]);
  const memory = container.outOfMemory ? 'it had too little memory: ' : '';
  return new LabError(`${what}. Its last lines:\n${lines.map((line) => `  ${line}`).join('\n')}`, {
    kind: 'unavailable',
    suggestion: `${memory}snacklab {lab} logs ${container.service}, then the same command again; it goes on from what is there`,
    detail: { service: container.service, exitCode: container.exitCode, lines },
  });
}

function lateError(containers: readonly LabContainer[], timeoutMs: number): LabError {
  const waiting = containers.filter((one) => !isReady(one)).map((one) => `${one.service} (${stateText(one)})`);
  return new LabError(`not ready after ${timeoutMs} ms: ${waiting.join(', ') || 'compose'}`, {
    kind: 'unavailable',
    suggestion: 'snacklab {lab} logs SERVICE shows why; on a slow machine give --timeout SECONDS',
    detail: { waiting },
  });
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', give);
      resolve();
    }, ms);
    signal.addEventListener('abort', give, { once: true });
  });
}
