/** Goal: what dropped versions leave goes, what is kept elsewhere is waited for, and looking costs next to nothing. */
import { describe, expect, it } from 'vitest';
import { builtinQuestions } from '../../src/questions/builtin.js';
import type { StoredPart } from '../../src/runtimes/ports.js';
import { type Head, newHead } from '../../src/serving/head.js';
import { createSweeper } from '../../src/versions/sweep.js';

const live = newHead('lambda-1', 1, [0], builtinQuestions);
const dropping: Head = { ...newHead('lambda-2', 2, [0], builtinQuestions), status: 'dropping' };
const part = (incarnation: number): StoredPart => ({ incarnation, question: 'items-sold' });

function sweeping(first: readonly Head[], stored: readonly StoredPart[]) {
  const lab = { heads: [...first], stored: [...stored], lists: 0, nowMs: 1_000_000 };
  const sweeper = createSweeper(
    {
      readHeads: async () => ({
        ...{ live: 'lambda-1', previous: null, generation: 1, forced: 0, nextIncarnation: 4 },
        heads: new Map(lab.heads.map((head) => [head.pipeline, head])),
      }),
      removeHead: async ({ pipeline }) => {
        lab.heads = lab.heads.filter((head) => head.pipeline !== pipeline);
        return 'applied';
      },
      listStored: async () => {
        lab.lists++;
        return lab.stored;
      },
      deleteStored: async ({ incarnation }) => {
        lab.stored = lab.stored.filter((one) => one.incarnation !== incarnation);
      },
    },
    { nowMs: () => lab.nowMs },
    () => {},
  );
  return { lab, sweeper };
}

describe('the sweeper', () => {
  it('removes what belongs to no head and lies below the counter, at its first look', async () => {
    const { lab, sweeper } = sweeping([live], [part(1), part(3), part(4)]);
    await sweeper.sweep();
    expect(lab.stored).toEqual([part(1), part(4)]);
  });

  it('lists what is stored every five seconds, however often it looks', async () => {
    const { lab, sweeper } = sweeping([live], []);
    for (let look = 0; look < 40; look++) {
      await sweeper.sweep();
      lab.nowMs += 250;
    }
    expect(lab.lists).toBe(2);
    lab.stored = [part(3)];
    await sweeper.sweep();
    expect(lab.stored).toEqual([]);
  });

  it('removes the head of what is dropped once its job has had time to end', async () => {
    const { lab, sweeper } = sweeping([live, dropping], [part(2)]);
    await sweeper.sweep();
    lab.nowMs += 7_999;
    await sweeper.sweep();
    expect([lab.heads, lab.stored]).toEqual([[live, dropping], [part(2)]]);
    lab.nowMs += 1;
    await sweeper.sweep();
    expect(lab.heads).toEqual([live]);
    lab.nowMs += 5_000;
    await sweeper.sweep();
    expect(lab.stored).toEqual([]);
  });

  it('leaves a head that may not go yet, and all that is stored under it', async () => {
    const { lab, sweeper } = sweeping([live, dropping], [part(2)]);
    for (let look = 0; look < 10; look++) {
      await sweeper.sweep(({ incarnation }) => incarnation !== 2);
      lab.nowMs += 8_000;
    }
    expect([lab.heads, lab.stored]).toEqual([[live, dropping], [part(2)]]);
    await sweeper.sweep(({ incarnation }) => incarnation === 2);
    expect(lab.heads).toEqual([live]);
  });
});
