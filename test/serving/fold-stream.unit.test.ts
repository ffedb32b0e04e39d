// Goal: slices are folded ahead, and written one after the other all the same. Method: a store whose commits wait to be told.
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { itemsSold } from '../../src/questions/builtin.js';
import type { Message, Outcome, ServingStore, Slice } from '../../src/runtimes/ports.js';
import { followLog, type StreamPorts } from '../../src/serving/fold-stream.js';
import { newHead } from '../../src/serving/head.js';

const message = (offset: number): Message => ({ partition: 0, offset, timestampMs: 0, value: Buffer.from('no event') });

describe('a stream job', () => {
  it('reads and folds ahead while a slice is being committed, and writes nothing before it is', async () => {
    const job = start();
    await job.until(() => job.did.includes('read 2'));
    expect(job.did).toEqual(['read 1', 'letters 0', 'rows 1', 'head 1?', 'read 2']);
    job.commit('applied');
    await job.until(() => job.did.includes('head 2?'));
    expect(job.did.slice(5)).toEqual(['head 1!', 'letters 1', 'rows 2', 'head 2?']);
  });

  it('writes nothing more once a commit is refused, and says so', async () => {
    const job = start();
    await job.until(() => job.did.includes('read 2'));
    job.commit('in-doubt');
    await expect(job.running).rejects.toThrow('the write is in doubt');
    expect(job.did.filter((did) => /letters|rows/.test(did))).toEqual(['letters 0', 'rows 1']);
  });

  it('told to stop ends when what it has begun to commit is committed, and begins nothing more', async () => {
    const job = start();
    await job.until(() => job.did.includes('read 2'));
    job.stop();
    let ended = false;
    void job.running.then(() => {
      ended = true;
    });
    await setImmediate();
    expect(ended).toBe(false);
    job.commit('applied');
    await job.running;
    expect(job.did.slice(4)).toEqual(['read 2', 'head 1!']);
  });

  it('ends by an error of the log only when what it has begun to commit is committed', async () => {
    const job = start(1);
    await job.until(() => job.did.includes('head 1?'));
    let ended = false;
    const noted = job.running.catch(() => {
      ended = true;
    });
    await setImmediate();
    expect(ended).toBe(false);
    job.commit('applied');
    await noted;
    await expect(job.running).rejects.toThrow('the log is damaged');
    expect(job.did.at(-1)).toBe('head 1!');
  });

  it('tells of a commit that failed rather than of the log, where both did', async () => {
    const job = start(1);
    await job.until(() => job.did.includes('head 1?'));
    job.commit('refused');
    await expect(job.running).rejects.toThrow('another writer has taken over');
  });
});

/** A job on a log that has one more message at each look, and is damaged after so many. */
function start(intact = Number.POSITIVE_INFINITY) {
  const did: string[] = [];
  const head = newHead('lambda-1', 1, [0], [itemsSold]);
  let stopped = false;
  let decide: (outcome: Outcome) => void = () => {};
  const store = {
    readHeads: async () => ({ heads: new Map([['lambda-1', head]]), live: 'lambda-1' }),
    writeSlice: async ({ number }: Slice) => void did.push(`rows ${number}`),
    changeHead: async (_: string, __: unknown, { number }: { number?: number }) => {
      // The take-over.
      if (number === undefined) return 'applied' as const;
      did.push(`head ${number}?`);
      const outcome = await new Promise<Outcome>((resolve) => {
        decide = resolve;
      });
      did.push(`head ${number}!`);
      return outcome;
    },
  };
  let reads = 0;
  const log = {
    read: async () => ({
      async next() {
        await setImmediate();
        if (reads === intact) throw new Error('the log is damaged');
        did.push(`read ${++reads}`);
        return [message(reads - 1)];
      },
      [Symbol.asyncDispose]: async () => {},
    }),
    append: async ([letter]: readonly { readonly offset: number }[]) => void did.push(`letters ${letter!.offset}`),
  };
  const clock = { nowMs: () => 0, sleep: async () => {} };
  const ports = { store: store as unknown as ServingStore, log: log as unknown as StreamPorts['log'], clock };
  const running = followLog(ports, 'lambda-1', () => stopped);
  running.catch(() => {});
  return {
    did,
    running,
    commit: (outcome: Outcome) => decide(outcome),
    stop() {
      stopped = true;
    },
    async until(holds: () => boolean) {
      for (let turn = 0; turn < 100 && !holds(); turn++) await setImmediate();
      expect(holds(), did.join(', ')).toBe(true);
    },
  };
}
