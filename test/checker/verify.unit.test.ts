// Goal: what is recorded is saved before it is judged, and judging the file again says the same. Method: a virtual clock.
import { describe, expect, it } from 'vitest';
import { parseHistory, type SeenAnswer } from '../../src/checker/history.js';
import type { Asked, Surroundings } from '../../src/checker/record.js';
import { judgeAgain, verify } from '../../src/checker/verify.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { rightAnswer, smallCheckedLog, smallExperiment } from './small-lab.js';

/** A lab that commits a slice every 150 ms and makes a base of every ten, seen through a virtual clock. */
function virtualLab(ask: (question: string, nowMs: number) => Asked = rightAt) {
  let nowMs = 0;
  const sleepers: { readonly wakeMs: number; wake(): void }[] = [];
  const wakeFirst = () => {
    const first = sleepers.sort((a, b) => a.wakeMs - b.wakeMs).shift()!;
    nowMs = Math.max(nowMs, first.wakeMs);
    first.wake();
  };
  const lines: string[] = [];
  let extents = 0;
  const surroundings: Surroundings = {
    ask: async (question) => {
      nowMs += 5;
      return ask(question, nowMs);
    },
    extent: async () => (extents++ === 0 ? { starts: [0, 0], ends: [3, 2] } : smallCheckedLog().extent()),
    clock: {
      nowMs: () => nowMs,
      // All readers sleep at once; they wake one after the other, in the order of their times.
      sleep: (ms) =>
        new Promise<void>((wake) => {
          sleepers.push({ wakeMs: nowMs + ms, wake });
          setImmediate(wakeFirst);
        }),
    },
    save: (line) => lines.push(line),
  };
  return { surroundings, lines };
}

function rightAt(name: string, nowMs: number): Asked {
  const question = builtinQuestions.find((one) => one.name === name)!;
  const number = Math.min(1 + Math.floor(nowMs / 150), 30);
  const {
    question: _,
    reader: __,
    askedMs: ___,
    seenMs: ____,
    ...answer
  }: SeenAnswer = rightAnswer(question, number, Math.floor((number - 1) / 10) * 10);
  return answer;
}

describe('a verification', () => {
  it('passes on a right lab, and the saved history says the same when it is judged again', async () => {
    const { surroundings, lines } = virtualLab();
    const first = await verify(smallExperiment, surroundings, smallCheckedLog());
    expect(first).toMatchObject({ verdict: 'pass', wrong: 0, unknown: 0 });
    expect(first.ok).toBeGreaterThan(60);
    const readers = (await parseHistory(lines)).seen.map((one) => `${one.question} ${one.reader}`);
    expect(new Set(readers).size).toBe(8);
    const again = await judgeAgain(await parseHistory(lines), smallCheckedLog(), surroundings.clock);
    expect({ ...again, countedMs: 0 }).toEqual({ ...first, countedMs: 0 });
  });

  it('keeps a read that failed as unknown, with its reason', async () => {
    const { surroundings, lines } = virtualLab((question, nowMs) => {
      if (nowMs > 1000 && nowMs < 1500) throw new Error('no host could be reached');
      return rightAt(question, nowMs);
    });
    const verdict = await verify(smallExperiment, surroundings, smallCheckedLog());
    expect(verdict.verdict).toBe('pass');
    expect(verdict.unknown).toBeGreaterThan(0);
    expect(lines.some((line) => line.includes('reading failed: no host could be reached'))).toBe(true);
  });

  it('goes on while it has seen too little for a pass, and for no longer than it may', async () => {
    // Too few slices are committed in the first second for a pass, and enough in three.
    const judged = async (secondsAtMost: number) => {
      const { surroundings } = virtualLab();
      return verify({ ...smallExperiment, seconds: 1, secondsAtMost }, surroundings, smallCheckedLog());
    };
    // Who waits for a turn ends after it.
    expect(await judged(1)).toMatchObject({ verdict: 'unknown', seconds: expect.closeTo(1.3, 0) });
    expect((await judged(2)).shortcomings.join()).toContain('different positions, at least 20 are needed');
    const enough = await judged(60);
    expect(enough.verdict, enough.shortcomings.join()).toBe('pass');
    expect(enough.seconds).toBeLessThan(10);
  });

  it.for([
    ['is not begun before each question was read once', false, 1],
    ['begins at once after a kill', true, 0],
  ] as const)('%s', async ([, afterKill, readBefore]) => {
    const asked = new Map<string, number>();
    const { surroundings } = virtualLab((question, nowMs) => {
      asked.set(question, (asked.get(question) ?? 0) + 1);
      return rightAt(question, nowMs);
    });
    const before: (number | undefined)[] = [];
    const noticing = {
      ...surroundings,
      extent: () => {
        before.push(...smallExperiment.questions.map((question) => asked.get(question) ?? 0));
        return surroundings.extent();
      },
    };
    await verify({ ...smallExperiment, afterKill }, noticing, smallCheckedLog());
    expect(before.slice(0, smallExperiment.questions.length)).toEqual(smallExperiment.questions.map(() => readBefore));
  });

  it('is unknown when the log cannot be reached', async () => {
    const { surroundings } = virtualLab();
    const away = { ...surroundings, extent: () => Promise.reject(new Error('kafka is away')) };
    expect(await verify(smallExperiment, away, smallCheckedLog())).toMatchObject({
      verdict: 'unknown',
      shortcomings: ['the checker failed: kafka is away'],
    });
  });
});
