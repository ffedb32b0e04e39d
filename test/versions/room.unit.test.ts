/** Goal: a version is started only where it finds room, and what is suggested makes that room. */
import { describe, expect, it } from 'vitest';
import { commandLineConfig } from '../../src/config/command-line.js';
import { LabError } from '../../src/errors.js';
import { composeVariables, defaultSettings } from '../../src/runtimes/docker/compose-settings.js';
import { newHead } from '../../src/serving/head.js';
import { mustFit, mustFitOnDisk } from '../../src/versions/room.js';

const mib = 2 ** 20;

function headsOf(versions: number) {
  const names = Array.from({ length: versions }, (_, i) => `kappa-${i + 1}`);
  return { heads: new Map(names.map((name, i) => [name, newHead(name, i + 1, [0], [])])) };
}

/** The room that `up` makes with so many workers. */
function roomWith(sparkWorkers: number) {
  const images = { context: '/c', tag: 't' };
  const variables = composeVariables('kappa', { ...defaultSettings, sparkWorkers }, images, commandLineConfig({}));
  const [, runnerMiB] = /^(\d+)m$/.exec(variables.SNACKLAB_STREAM_RUNNER_MEMORY!)!;
  return { sparkWorkers, runnerBytes: Number(runnerMiB) * mib };
}

function refusal(versions: number, room: Parameters<typeof mustFit>[1]): LabError | undefined {
  try {
    mustFit(headsOf(versions), room);
    return undefined;
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
}

describe('mustFit', () => {
  it('has room for a second version on one worker, and for no third', () => {
    expect(refusal(1, roomWith(1))).toBeUndefined();
    const { kind, message, suggestion } = refusal(2, roomWith(1))!;
    expect([kind, message]).toEqual([
      'usage',
      'v1, v2 take all of Spark: 1 worker has room for 2 versions; nothing was changed',
    ]);
    expect(suggestion).toContain('snacklab {lab} up --spark-workers 2');
  });

  it('has room for two more with each worker that it suggests, in Spark and in the stream runner', () => {
    for (const workers of [2, 3, 8]) {
      expect(refusal(workers * 2 - 1, roomWith(workers))).toBeUndefined();
      expect(refusal(workers * 2, roomWith(workers))?.message).toContain(`${workers} workers have room`);
    }
  });

  it("says that the stream runner's memory is short where Spark has room", () => {
    const room = { sparkWorkers: 2, runnerBytes: 2560 * mib };
    expect(refusal(1, room)).toBeUndefined();
    const { message, suggestion } = refusal(2, room)!;
    expect(message).toBe(
      'v1, v2 take all memory of the stream runner: its 2560 MiB hold the drivers of 2 versions; nothing was changed',
    );
    expect(suggestion).toContain('snacklab {lab} up, which gives it more');
  });

  it('is bounded by Spark alone where the stream runner has no limit', () => {
    expect(refusal(3, { sparkWorkers: 2, runnerBytes: undefined })).toBeUndefined();
    expect(refusal(4, { sparkWorkers: 2, runnerBytes: undefined })?.message).toContain('all of Spark');
  });
});

describe('the disk', () => {
  it('has room for another output, or it is said how much is free, and needed', () => {
    expect(() => mustFitOnDisk(512 * 2 ** 20, 'look')).not.toThrow();
    expect(() => mustFitOnDisk(undefined, 'look')).not.toThrow();
    expect(() => mustFitOnDisk(511 * 2 ** 20, 'look')).toThrow(
      '511 MiB of disk are free, another output needs 512; nothing was changed',
    );
  });
});
