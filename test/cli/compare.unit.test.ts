/** Goal: the comparison reads as Markdown and as text, and says of no figure more than was measured. */
import { describe, expect, it } from 'vitest';
import { bindTo, budgetOf } from '../../src/cli/compare/budget.js';
import { comparisonTable, type Measurements } from '../../src/cli/compare/measurements.js';
import type { Engine, LabContainer } from '../../src/runtimes/docker/containers.js';

const lambda: Measurements = {
  verdict: 'pass',
  answers: { ok: 1_914, wrong: 0, unknown: 1 },
  naive: { ok: 12, wrong: 588 },
  exactShare: 1_914 / 1_915,
  ageMs: { p50: 321, p95: 483, p99: 1_264 },
  forGoodMs: { p50: 31_000, p95: 55_000, p99: 58_000 },
  eventsPerSecond: 999.6,
  cpuSecondsPerMillion: 812.4,
  writtenBytesPerMillion: 3 * 2 ** 30,
  memoryBytesMax: 2.9 * 2 ** 30,
  containers: 14,
  processes: 31,
  linesOfItsOwn: 1_900,
  change: { steps: ['change', 'switch'], tookMs: 32_000 },
};
const kappa: Measurements = {
  ...lambda,
  naive: null,
  writtenBytesPerMillion: null,
  exactShare: 1,
  forGoodMs: { p50: null, p95: null, p99: null },
};

describe('the table of two labs', () => {
  const lines = comparisonTable([
    ['lambda', lambda],
    ['kappa', kappa],
  ]).split('\n');
  const cellsOf = (title: string) =>
    lines
      .find((line) => line.startsWith(`| ${title} `))!
      .split('|')
      .slice(2, -1)
      .map((cell) => cell.trim());

  it('is Markdown: a head, a rule, and a row for each figure, all of one width', () => {
    expect(lines[0]).toMatch(/^\|\s+\| lambda\s+\| kappa\s+\|$/);
    expect(lines[1]).toMatch(/^\|-+\|-+\|-+\|$/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it('calls a share 100 % only when every answer was exact', () => {
    expect(cellsOf('exact')).toEqual(['99.947 % (0 wrong, 1 unknown)', '100 % (0 wrong, 1 unknown)']);
  });

  it('counts a naive merge only where that was asked for', () => {
    expect(cellsOf('exact, if merged naively')).toEqual(['2.000 % (588 wrong)', '-']);
  });

  it('says of what was not seen that it is not known', () => {
    expect(cellsOf('counted for good after, p50')).toEqual(['31.0 s', '?']);
    expect(cellsOf('counted for good after, p95')).toEqual(['55.0 s', '?']);
    expect(cellsOf('written to disks a million events')).toEqual(['3.0 GiB', '?']);
  });

  it('has each figure with its unit', () => {
    expect(cellsOf('age of an event, p99')[0]).toBe('1.3 s');
    expect(cellsOf('events a second')[0]).toBe('1,000');
    expect(cellsOf('memory, peak')[0]).toBe('2.9 GiB');
    expect(cellsOf('steps to change a question')[0]).toBe('2: change, switch');
  });
});

describe('the budget of each lab', () => {
  const docker = {
    info: async () => ({ NCPU: 4, MemTotal: 8 * 2 ** 30 }),
    getContainer: (id: string) => ({
      update: async ({ CpusetCpus }: { CpusetCpus: string }) => void bound.push([id, CpusetCpus]),
    }),
  } as unknown as Engine;
  let bound: [id: string, cpus: string][] = [];
  const containers = [{ id: 'a' }, { id: 'b' }] as LabContainer[];

  it('is all that the engine has, unless less is asked for', async () => {
    const all = await budgetOf(docker, undefined);
    expect(all).toMatchObject({ processors: 4, memoryBytes: 8 * 2 ** 30 });
    bound = [];
    await bindTo(docker, containers, all);
    expect(bound).toEqual([]);
    expect((await budgetOf(docker, 2)).processors).toBe(2);
    await expect(budgetOf(docker, 5)).rejects.toThrow('--cpus 5: the Docker engine has 4');
  });

  it.each([
    [1, '0'],
    [3, '0-2'],
  ])('of %i processors binds every container to the same ones', async (processors, set) => {
    bound = [];
    await bindTo(docker, containers, { processors, memoryBytes: 1, isBound: true });
    expect(bound).toEqual([
      ['a', set],
      ['b', set],
    ]);
  });
});
