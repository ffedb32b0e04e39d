// Goal: at high rates slices are few and large, at low ones an event does not wait, and none holds up the process.
// Method: a log whose messages come when the test's own clock says so.
import { describe, expect, it } from 'vitest';
import type { Log, Message } from '../../src/runtimes/ports.js';
import { pacedLog } from '../../src/serving/paced-log.js';

/** A log to which a message comes at each of these times. */
function logOf(timesMs: readonly number[]) {
  const clock = { ms: 0, nowMs: () => clock.ms, sleep: async () => {} };
  let next = 0;
  const due = () => {
    const messages: Message[] = [];
    while (next < timesMs.length && timesMs[next]! <= clock.ms) {
      messages.push({ partition: 0, offset: next, timestampMs: timesMs[next]!, value: null });
      next++;
    }
    return messages;
  };
  const read: Log['read'] = async () => ({
    async next(maxWaitMs) {
      const now = due();
      if (now.length > 0) return now;
      clock.ms = Math.min(clock.ms + maxWaitMs, timesMs[next] ?? Number.POSITIVE_INFINITY);
      return due();
    },
    [Symbol.asyncDispose]: async () => {},
  });
  return { clock, log: { starts: async () => [0], ends: async () => [timesMs.length], read } };
}

const everyMs = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

describe('a paced log', () => {
  it('gives what comes within the pause as one answer', async () => {
    const { clock, log } = logOf(everyMs(1000));
    await using reader = await pacedLog(log, { pauseMs: 20, messagesMax: 5_000 }, clock).read([0]);
    expect((await reader.next(100)).length).toBe(21);
    expect((await reader.next(100)).length).toBe(20);
  });

  it('gives the first message after silence at once', async () => {
    const { clock, log } = logOf([500, 505]);
    await using reader = await pacedLog(log, { pauseMs: 20, messagesMax: 5_000 }, clock).read([0]);
    expect(await reader.next(1000)).toHaveLength(1);
    expect(clock.nowMs()).toBe(500);
    expect(await reader.next(1000)).toHaveLength(1);
  });

  it('gives no more at once than it may, without a pause, in order and without a gap', async () => {
    const { clock, log } = logOf(everyMs(250).map(() => 0));
    await using reader = await pacedLog(log, { pauseMs: 20, messagesMax: 100 }, clock).read([0]);
    const answers = [await reader.next(100), await reader.next(100), await reader.next(100)];
    expect(answers.map((messages) => messages.length)).toEqual([100, 100, 50]);
    expect(answers.flat().map(({ offset }) => offset)).toEqual(everyMs(250));
  });

  it('gives nothing when nothing comes', async () => {
    const { clock, log } = logOf([]);
    await using reader = await pacedLog(log, { pauseMs: 20, messagesMax: 100 }, clock).read([0]);
    expect(await reader.next(100)).toEqual([]);
  });
});
