/**
 * Goal: starting and dropping a version end, whatever becomes of their writes, and say what is known then.
 * Method: a store that answers each conditional write as a script says, and applies it or not.
 */
import { describe, expect, it } from 'vitest';
import { builtinQuestions } from '../../src/questions/builtin.js';
import type { Outcome, ServingStore } from '../../src/runtimes/ports.js';
import { type Head, type Heads, newHead } from '../../src/serving/head.js';
import { addVersion, dropVersion } from '../../src/versions/change-versions.js';

const headOf = (pipeline: string, incarnation: number): Head => newHead(pipeline, incarnation, [0], builtinQuestions);
const fresh = headOf('kappa-2', 0);

/** What a write comes to: what is answered, and what is done to the heads, then or at the next look. */
interface Answer {
  readonly outcome: Outcome;
  readonly now?: (heads: Head[]) => Head[];
  readonly later?: (heads: Head[]) => Head[];
}

function labWith(first: readonly Head[], answerOf: (write: number, head: Head | undefined) => Answer) {
  const lab = { heads: [...first], writes: 0, sleptMs: 0, nextIncarnation: 5 };
  let late: ((heads: Head[]) => Head[])[] = [];
  const readHeads = async (): Promise<Heads> => {
    const seen = new Map(lab.heads.map((head) => [head.pipeline, head]));
    // After this look: the next one sees it.
    for (const apply of late) lab.heads = apply(lab.heads);
    late = [];
    const { nextIncarnation } = lab;
    return { live: 'kappa-1', previous: null, generation: 1, forced: 0, nextIncarnation, heads: seen };
  };
  const answer = async (head?: Head): Promise<Outcome> => {
    const { outcome, now, later } = answerOf(lab.writes++, head);
    if (now !== undefined) lab.heads = now(lab.heads);
    if (later !== undefined) late.push(later);
    return outcome;
  };
  const store: Pick<ServingStore, 'readHeads' | 'addHead' | 'switchLive' | 'dropHead'> = {
    readHeads,
    addHead: (head) => answer(head),
    dropHead: () => answer(),
    switchLive: () => answer(),
  };
  const clock = {
    nowMs: () => lab.sleptMs,
    sleep: async (ms: number) => {
      lab.sleptMs += ms;
    },
  };
  return { lab, store, clock };
}

const live = headOf('kappa-1', 1);
const marked = (heads: Head[]) =>
  heads.map((head): Head => (head.pipeline === 'kappa-2' ? { ...head, status: 'dropping' } : head));

describe('a version that is added', () => {
  it('takes the next number, again when another was quicker', async () => {
    const { lab, store, clock } = labWith([live], (write) =>
      write === 0 ? { outcome: 'refused' } : { outcome: 'applied' },
    );
    expect(await addVersion(store, clock, fresh)).toEqual({ ...fresh, incarnation: 5 });
    expect(lab.writes).toBe(2);
  });

  it.each(['now', 'later'] as const)('is there when its write in doubt came through, %s', async (when) => {
    const { lab, store, clock } = labWith([live], (write, head) =>
      write === 0 ? { outcome: 'in-doubt', [when]: (heads: Head[]) => [...heads, head!] } : { outcome: 'refused' },
    );
    expect(await addVersion(store, clock, fresh)).toEqual({ ...fresh, incarnation: 5 });
    expect(lab.heads).toHaveLength(2);
  });

  it('is refused where another one of its name came in between', async () => {
    const { store, clock } = labWith([live], () => ({
      outcome: 'in-doubt',
      now: (heads) => [...heads, headOf('kappa-2', 7)],
    }));
    await expect(addVersion(store, clock, fresh)).rejects.toMatchObject({ kind: 'usage' });
  });

  it.each(['refused', 'in-doubt'] as const)(
    'ends when all its writes are %s, and says how to look',
    async (outcome) => {
      const { lab, store, clock } = labWith([live], () => ({ outcome }));
      await expect(addVersion(store, clock, fresh)).rejects.toMatchObject({
        kind: 'unavailable',
        message: 'it is in doubt whether v2 was added: 20 writes were not confirmed',
        suggestion: expect.stringContaining('snacklab {lab} versions shows whether it was added'),
      });
      expect([lab.writes, lab.sleptMs]).toEqual([20, 1_000]);
    },
  );
});

describe('a version that is dropped', () => {
  const two = [live, headOf('kappa-2', 2)];

  it('is marked by one write, and again when readers were moved meanwhile', async () => {
    const { lab, store, clock } = labWith(two, (write) =>
      write === 0 ? { outcome: 'refused' } : { outcome: 'applied', now: marked },
    );
    await dropVersion(store, clock, 'kappa-2');
    expect(lab.writes).toBe(2);
  });

  it('is dropped when its write in doubt came through, though it is gone by then or another has its name', async () => {
    const afterwards = [marked, () => [live], () => [live, headOf('kappa-2', 9)]];
    for (const now of afterwards) {
      const { lab, store, clock } = labWith(two, () => ({ outcome: 'in-doubt', now }));
      await dropVersion(store, clock, 'kappa-2');
      expect(lab.writes).toBe(1);
    }
  });

  it('was there, else it is a mistake', async () => {
    const { store, clock } = labWith([live], () => ({ outcome: 'applied' }));
    await expect(dropVersion(store, clock, 'kappa-2')).rejects.toMatchObject({ kind: 'usage' });
  });

  it.each(['refused', 'in-doubt'] as const)(
    'ends when all its writes are %s, and says how to look',
    async (outcome) => {
      const { lab, store, clock } = labWith(two, () => ({ outcome }));
      await expect(dropVersion(store, clock, 'kappa-2')).rejects.toMatchObject({
        kind: 'unavailable',
        message: 'it is in doubt whether v2 was dropped: 20 writes were not confirmed',
      });
      expect([lab.writes, lab.sleptMs]).toEqual([20, 1_000]);
    },
  );
});
