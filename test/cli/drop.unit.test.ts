/** Goal: `drop` says "gone" only when nothing of the version is left, and does not wait for another one of its name. */
import { describe, expect, it } from 'vitest';
import { untilGone } from '../../src/cli/commands/drop.js';
import { type Head, newHead } from '../../src/serving/head.js';

const dropped = { ...newHead('kappa-2', 2, [0], []), status: 'dropping' as const };
const part = { incarnation: 2, question: 'items-sold' };
const others = { incarnation: 1, question: 'items-sold' };

describe('untilGone', () => {
  it('waits for what it stored, after its head', async () => {
    expect(await gone({ head: (ms) => (ms < 8_000 ? dropped : undefined), partsUntilMs: 12_000 })).toEqual([
      true,
      12_000,
    ]);
  });

  it('says that something is left when the time is over', async () => {
    expect(await gone({ head: () => dropped, partsUntilMs: 0 })).toEqual([false, 60_000]);
    expect(await gone({ head: () => undefined, partsUntilMs: 90_000 })).toEqual([false, 60_000]);
  });

  it('does not wait for another version that took its name', async () => {
    const head = (ms: number) => (ms < 8_000 ? dropped : newHead('kappa-2', 3, [0], []));
    expect(await gone({ head, partsUntilMs: 0 })).toEqual([true, 8_000]);
  });
});

interface Plot {
  readonly head: (ms: number) => Head | undefined;
  readonly partsUntilMs: number;
}

async function gone({ head, partsUntilMs }: Plot): Promise<readonly [boolean, number]> {
  let nowMs = 0;
  const store = {
    readHeads: async () => {
      const now = head(nowMs);
      const heads = new Map(now === undefined ? [] : [[now.pipeline, now]]);
      return { live: 'kappa-1', previous: null, generation: 1, forced: 0, nextIncarnation: 9, heads };
    },
    listStored: async () => (nowMs < partsUntilMs ? [others, part] : [others]),
  };
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  return [await untilGone(store, dropped, 60_000, { clock, signal: new AbortController().signal }), nowMs];
}
