/** What a container's state means for the lab: ready, under way, or in trouble. Pure. */
import type { LabContainer } from './containers.js';

/** Why a lab cannot come up. */
export interface Trouble {
  readonly container: LabContainer;
  /** `kafka ended with exit code 1`. */
  readonly what: string;
}

/** One failed start may be an engine that was not there yet; so many are a pattern. */
const restartsMax = 3;

/** A state as a word for progress lines and status. */
export function stateText(container: LabContainer): string {
  const { state, health, oneShot, exitCode } = container;
  if (state === 'exited' && oneShot && exitCode === 0) return 'done';
  if (state === 'exited' || state === 'dead') return `exited (${exitCode})`;
  if (state === 'running' && health !== 'none') return health;
  return state;
}

/** Whether a container does what it is there for, or has done it. */
export function isReady(container: LabContainer): boolean {
  return (
    ['done', 'running', 'healthy'].includes(stateText(container)) &&
    !(container.oneShot && container.state === 'running')
  );
}

/**
 * The first container that has died. `before` are the containers as they were before the start: one that had ended
 * then has not died now, unless it ran meanwhile. Once all were started (`allStarted`) whatever has ended has died.
 */
export function troubleIn(
  containers: readonly LabContainer[],
  before: readonly LabContainer[],
  allStarted: boolean,
): Trouble | undefined {
  for (const container of containers) {
    const was = before.find(({ id }) => id === container.id);
    const what = whatIsWrong(container, was, allStarted);
    if (what !== undefined) return { container, what: `${container.service} ${what}` };
  }
  return undefined;
}

function whatIsWrong(container: LabContainer, was: LabContainer | undefined, allStarted: boolean): string | undefined {
  const { state, health, exitCode, oneShot } = container;
  const ended = state === 'exited' || state === 'dead';
  const untouched = was !== undefined && was.startedAt === container.startedAt && !allStarted;
  if (ended && !untouched && !(oneShot && exitCode === 0)) return `ended with exit code ${exitCode}`;
  const restarts = container.restarts - (was?.restarts ?? 0);
  if (restarts >= restartsMax) return `was started ${restarts} times again and ended each time (exit code ${exitCode})`;
  if (state === 'running' && health === 'unhealthy' && was?.health !== 'unhealthy') return 'is unhealthy';
  return undefined;
}
