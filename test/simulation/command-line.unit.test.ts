import { describe, expect, it } from 'vitest';
import { orderOf } from '../../simulation/command-line.js';
import { jobsFrom } from '../../simulation/search.js';
import { resultText } from '../../simulation/text.js';

describe('the command line of the simulator', () => {
  it('runs a hundred new seeds where nothing is asked', () => {
    const { task, architectures } = orderOf([], 77);
    expect(task).toEqual({ kind: 'runs', from: 77, runs: 100 });
    expect(architectures).toEqual(['lambda', 'kappa']);
  });

  it('runs one seed again, with a rule switched off where that is asked', () => {
    const { task, architectures } = orderOf(
      ['--seed', '7', '--architecture', 'kappa', '--mutation', 'unknown-at-once'],
      0,
    );
    expect(task).toMatchObject({ kind: 'again', seed: 7, traceLines: 40, mutation: { rule: 6 } });
    expect(architectures).toEqual(['kappa']);
  });

  it('looks for mutations from seed 1 on, in 500 of them', () => {
    expect(orderOf(['--mutation', 'unknown-at-once'], 77).task).toMatchObject({
      kind: 'mutations',
      from: 1,
      seeds: 500,
    });
  });

  it.each([
    ['--seeds', '0'],
    ['--seeds', 'many'],
    ['--seed', '4294967296'],
    ['--architecture', 'zeta'],
    ['--mutation', 'none'],
    ['--sseed', '1'],
    ['7'],
  ])('refuses %s %s', (...args) => {
    expect(() => orderOf(args, 0)).toThrow(expect.objectContaining({ kind: 'usage' }));
  });

  it('gives each architecture in turn the same seeds, of 32 bits', () => {
    const jobs = jobsFrom(0xffff_ffff, 4, ['lambda', 'kappa']);
    expect(jobs.map(({ architecture, seed }) => `${architecture} ${seed}`)).toEqual([
      'lambda 4294967295',
      'kappa 4294967295',
      'lambda 0',
      'kappa 0',
    ]);
  });

  it('says of a failure how to run it again', () => {
    const failed = { architecture: 'kappa', seed: 7, violation: 'PREFIX', counts: {}, trace: [] } as const;
    expect(resultText(failed, 'unknown-at-once').split('\n')).toEqual([
      'FAIL  kappa 7: PREFIX',
      '      npm run simulate -- --architecture kappa --seed 7 --mutation unknown-at-once',
    ]);
  });
});
