/** Goal: a container that died is told apart from one that has not started yet, or that did its work and ended. */
import { describe, expect, it } from 'vitest';
import type { LabContainer } from '../../src/runtimes/docker/containers.js';
import { isReady, stateText, troubleIn } from '../../src/runtimes/docker/lifecycle-state.js';

const earlier = '2026-01-01T00:00:00Z';
const later = '2026-01-01T00:01:00Z';

function container(more: Partial<LabContainer>): LabContainer {
  return {
    id: 'k1',
    name: 'snacklab-lambda-kafka-1',
    service: 'kafka',
    image: 'snacklab/kafka:0',
    state: 'running',
    health: 'healthy',
    exitCode: 0,
    startedAt: earlier,
    restarts: 0,
    oneShot: false,
    outOfMemory: false,
    memoryLimitBytes: undefined,
    ports: new Map(),
    environment: {},
    dependsOn: [],
    ...more,
  };
}

describe('a container', () => {
  it.each([
    [{}, 'healthy', true],
    [{ health: 'none' }, 'running', true],
    [{ health: 'starting' }, 'starting', false],
    [{ health: 'unhealthy' }, 'unhealthy', false],
    [{ state: 'created' }, 'created', false],
    [{ state: 'restarting' }, 'restarting', false],
    [{ state: 'exited', exitCode: 137 }, 'exited (137)', false],
    [{ state: 'exited', oneShot: true }, 'done', true],
    [{ state: 'exited', oneShot: true, exitCode: 1 }, 'exited (1)', false],
    [{ state: 'running', oneShot: true, health: 'none' }, 'running', false],
  ] as const)('%j is %s, ready: %s', (more, text, ready) => {
    expect(stateText(container(more))).toBe(text);
    expect(isReady(container(more))).toBe(ready);
  });
});

describe('trouble', () => {
  const ended = { state: 'exited', exitCode: 1, startedAt: later } as const;

  it('is an engine that ended since it was started', () => {
    const before = [container({ state: 'exited', exitCode: 143 })];
    expect(troubleIn([container(ended)], before, false)?.what).toBe('kafka ended with exit code 1');
    expect(troubleIn([container(ended)], [], false)?.what).toBe('kafka ended with exit code 1');
  });

  it('is not one that had ended before and has not been started yet, until all were started', () => {
    const old = container({ state: 'exited', exitCode: 143 });
    expect(troubleIn([old], [old], false)).toBeUndefined();
    expect(troubleIn([old], [old], true)?.what).toBe('kafka ended with exit code 143');
  });

  it('is not a service that did its work and ended', () => {
    const setup = container({ service: 'setup', state: 'exited', oneShot: true, startedAt: later });
    expect(troubleIn([setup], [], true)).toBeUndefined();
    expect(troubleIn([{ ...setup, exitCode: 1 }], [], true)?.what).toBe('setup ended with exit code 1');
  });

  it('is one that ends again and again, counted from this start', () => {
    const flapping = container({ restarts: 5, state: 'restarting' });
    expect(troubleIn([flapping], [], true)?.what).toMatch('started 5 times again');
    expect(troubleIn([flapping], [container({ restarts: 4 })], true)).toBeUndefined();
  });

  it('is one that turned unhealthy', () => {
    expect(troubleIn([container({ health: 'unhealthy' })], [], false)?.what).toBe('kafka is unhealthy');
    expect(troubleIn([container({ health: 'starting' })], [], false)).toBeUndefined();
  });
});
