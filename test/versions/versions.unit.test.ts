import { describe, expect, it } from 'vitest';
import { LabError } from '../../src/errors.js';
import type { Position } from '../../src/positions/position.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { type Head, type Heads, newHead } from '../../src/serving/head.js';
import { behind, isWhole, pipelineNamed, readyHead, switchDirection, versionOf } from '../../src/versions/versions.js';

const origin = [0, 0];

function headOf(pipeline: string, change: Partial<Head> = {}): Head {
  return { ...newHead(pipeline, 1, origin, builtinQuestions), ...change };
}

const at = (...position: number[]): Head => headOf('kappa-2', { position });

function headsOf(...heads: Head[]): Heads {
  const named = new Map(heads.map((head) => [head.pipeline, head]));
  return { live: 'kappa-1', previous: null, generation: 1, forced: 0, nextIncarnation: 9, heads: named };
}

function errorOf(run: () => unknown): LabError {
  try {
    run();
  } catch (error) {
    if (error instanceof LabError) return error;
  }
  throw new Error('it threw no LabError');
}

describe('pipelineNamed', () => {
  it('takes the short name and the full one', () => {
    expect(pipelineNamed('kappa', 'v2')).toBe('kappa-2');
    expect(pipelineNamed('kappa', 'kappa-2')).toBe('kappa-2');
    expect(pipelineNamed('lambda', 'v10')).toBe('lambda-10');
  });

  it.each([
    '',
    '2',
    'v',
    'v0',
    'v02',
    'v-2',
    'v2 ',
    'V2',
    'v1234567',
    'v2\n',
    'kappa',
    'kappa-',
    'kappa-0',
    'kappa-02',
    'lambda-2',
    'kappa-2-3',
    'akappa-2',
  ])('refuses %j, and says what a version looks like', (text) => {
    const { kind, message, suggestion } = errorOf(() => pipelineNamed('kappa', text));
    expect(kind).toBe('usage');
    expect(message).toBe(`"${text}" is no version of the kappa lab`);
    expect(suggestion).toContain('v2, or kappa-2');
  });
});

describe('versionOf', () => {
  it('is the short name, which leads back to the pipeline', () => {
    expect(versionOf('kappa-2')).toBe('v2');
    for (const pipeline of ['kappa-1', 'kappa-42', 'kappa-999999']) {
      expect(pipelineNamed('kappa', versionOf(pipeline))).toBe(pipeline);
    }
  });
});

describe('readyHead', () => {
  const dropping = headOf('kappa-2', { status: 'dropping' });
  const heads = headsOf(headOf('kappa-1'), dropping, headOf('kappa-3'));

  it('is the head of a version that is ready', () => {
    expect(readyHead(heads, 'kappa-3')).toBe(heads.heads.get('kappa-3'));
  });

  it('refuses one that is being dropped, and lists those that are ready', () => {
    const { kind, message, suggestion } = errorOf(() => readyHead(heads, 'kappa-2'));
    expect([kind, message]).toEqual(['usage', 'v2 is being dropped']);
    expect(suggestion).toBe('one of these: v1, v3');
  });

  it('refuses one that is not there', () => {
    const { kind, message, detail } = errorOf(() => readyHead(heads, 'kappa-4'));
    expect([kind, message]).toEqual(['usage', 'v4 is not there']);
    expect(detail).toEqual({ pipeline: 'kappa-4', there: ['v1', 'v3'] });
  });
});

describe('isWhole', () => {
  it('is true of a version that counts from the origin, even before its first slice', () => {
    expect(isWhole(headOf('kappa-2'))).toBe(true);
    expect(isWhole(at(5, 5))).toBe(true);
  });

  it('is false of one that began at a cut until it has a base', () => {
    const begun = headOf('lambda-2', { baseCut: [3, 4], position: [9, 9], number: 7 });
    expect(isWhole(begun)).toBe(false);
    expect(isWhole({ ...begun, baseId: 1 })).toBe(true);
  });
});

describe('behind', () => {
  it.each<[string, Position, Position, number]>([
    ['is what is missing in each partition', [3, 1], [5, 4], 5],
    ['is 0 where it covers the position', [5, 4], [5, 4], 0],
    ['is not made less by being ahead in another partition', [9, 1], [5, 4], 3],
  ])('%s', (_, position, wanted, messages) => {
    expect(behind({ position }, wanted)).toBe(messages);
  });
});

describe('switchDirection', () => {
  it('is forward where the new version covers the old, forced or not', () => {
    expect(switchDirection(at(3, 4), at(3, 4), false)).toBe('forward');
    expect(switchDirection(at(3, 4), at(5, 4), true)).toBe('forward');
  });

  it('is none where the new version lacks a message of any partition', () => {
    expect(switchDirection(at(3, 4), at(2, 4), false)).toBeUndefined();
    expect(switchDirection(at(3, 4), at(99, 3), false)).toBeUndefined();
  });

  it('is back where that is forced', () => {
    expect(switchDirection(at(3, 4), at(99, 3), true)).toBe('back');
  });

  it('is none where the new version has no base yet, however far its slices are, forced or not', () => {
    const begun = headOf('lambda-2', { baseCut: [3, 4], position: [9, 9] });
    expect(switchDirection(at(3, 4), begun, false)).toBeUndefined();
    expect(switchDirection(at(3, 4), begun, true)).toBeUndefined();
  });
});
