/** What holds of the head of one pipeline, on any runtime. */
import { expect } from 'vitest';
import { builtinQuestions } from '../../src/questions/builtin.js';
import type { HeadColumns } from '../../src/runtimes/ports.js';
import { newHead } from '../../src/serving/head.js';
import { type Fact, type FreshStore, firstPosition } from './fresh-store.js';

/** Every column, with other values than a new head has. */
const changed = {
  incarnation: 7,
  status: 'dropping',
  epoch: 2,
  number: Number.MAX_SAFE_INTEGER,
  position: [Number.MAX_SAFE_INTEGER, 0],
  segments: [
    { epoch: 1, after: 0 },
    { epoch: 2, after: 9 },
  ],
  hold: 3,
  baseId: 4,
  baseNumber: 5,
  baseCut: [4, 1],
  foldId: 6,
  foldNumber: 8,
  nextBaseId: Number.MAX_SAFE_INTEGER,
} satisfies HeadColumns;
const columns = Object.keys(changed) as (keyof typeof changed)[];

export const headOf = async ({ store, pipeline }: FreshStore, name = pipeline) =>
  (await store.readHeads()).heads.get(name);

export function statesHeads(fact: Fact): void {
  fact('has one pipeline at first, which is live and has read nothing', async ({ store, pipeline }) => {
    const { heads, ...pointer } = await store.readHeads();
    expect(pointer).toEqual({ live: pipeline, previous: null, generation: 1, forced: 0, nextIncarnation: 2 });
    expect([...heads]).toEqual([[pipeline, newHead(pipeline, 1, firstPosition, builtinQuestions)]]);
  });

  fact('changes a head when all that is expected holds, and refuses when any part does not', async (fresh) => {
    const { store, pipeline } = fresh;
    const segments = [{ epoch: 1, after: 0 }];
    expect(await store.changeHead(pipeline, { epoch: 0, number: 0 }, { epoch: 1, segments })).toBe('applied');
    expect(await store.changeHead(pipeline, { epoch: 0, number: 0 }, { epoch: 2 })).toBe('refused');
    expect(await store.changeHead(pipeline, { epoch: 1, number: 7 }, { epoch: 2 })).toBe('refused');
    expect(await store.changeHead(pipeline, { epoch: 1, position: [3, 1] }, { epoch: 2 })).toBe('refused');
    const expected = { epoch: 1, position: firstPosition, segments, status: 'ready' } as const;
    expect(await store.changeHead(pipeline, expected, { number: 1, position: [9, 4] })).toBe('applied');
    expect(await headOf(fresh)).toEqual({
      ...newHead(pipeline, 1, firstPosition, builtinQuestions),
      ...{ epoch: 1, segments, number: 1, position: [9, 4] },
    });
  });

  fact('changes each column of a head by itself, and can demand each', async (fresh) => {
    const { store, pipeline } = fresh;
    const first = newHead(pipeline, 1, firstPosition, builtinQuestions);
    let head = first;
    for (const column of columns) {
      const [before, after] = [{ [column]: first[column] }, { [column]: changed[column] }];
      expect(await store.changeHead(pipeline, after, before), `${column} is not changed yet`).toBe('refused');
      expect(await store.changeHead(pipeline, before, after), column).toBe('applied');
      head = { ...head, ...after };
      expect(await headOf(fresh)).toEqual(head);
    }
    expect(head).toMatchObject(changed);
  });

  fact('refuses to change a head that is not there, and makes none', async ({ store, pipeline }) => {
    expect(await store.changeHead(`${pipeline}-none`, { number: 0 }, { number: 1 })).toBe('refused');
    expect([...(await store.readHeads()).heads.keys()]).toEqual([pipeline]);
  });

  fact('lets one of many who move the same head through', async (fresh) => {
    const { store, pipeline } = fresh;
    const outcomes = await Promise.all(
      [1, 2, 3, 4].map((hold) => store.changeHead(pipeline, { number: 0 }, { number: 1, hold })),
    );
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1);
    expect(await headOf(fresh)).toMatchObject({ number: 1, hold: 1 + outcomes.indexOf('applied') });
  });
}
