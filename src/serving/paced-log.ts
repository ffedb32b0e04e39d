/**
 * A log as a stream job reads it that writes a slice for each answer of its reader: what comes within a short pause is one
 * answer, so that at high rates slices are few and large; and no answer is so large that folding it holds up the process.
 */
import type { Clock, Log, LogReader, Message } from '../runtimes/ports.js';

export interface Pace {
  /** From asking for messages to giving them, where some came at once. An idle log's next message is given without it. */
  readonly pauseMs: number;
  /** So many messages are given without a pause, and never more. */
  readonly messagesMax: number;
}

/**
 * A slice is a few small writes, of some 10 ms together: the pause keeps an event's way into an answer to some 30 ms, and who
 * is behind writes few slices. So many messages are folded in some 15 ms.
 */
export const inProcessPace: Pace = { pauseMs: 20, messagesMax: 20_000 };

/** The same log, read at this pace. */
export function pacedLog<L extends Log>(log: L, pace: Pace, clock: Clock): L {
  return { ...log, read: async (from) => pacedReader(await log.read(from), pace, clock) };
}

function pacedReader(reader: LogReader, { pauseMs, messagesMax }: Pace, clock: Clock): LogReader {
  let waiting: Message[] = [];
  return {
    async next(maxWaitMs) {
      const untilMs = clock.nowMs() + pauseMs;
      if (waiting.length === 0) waiting = [...(await reader.next(maxWaitMs))];
      for (let leftMs = untilMs - clock.nowMs(); leftMs > 0; leftMs = untilMs - clock.nowMs()) {
        if (waiting.length === 0 || waiting.length >= messagesMax) break;
        for (const message of await reader.next(leftMs)) waiting.push(message);
      }
      const given = waiting.slice(0, messagesMax);
      waiting = waiting.slice(messagesMax);
      return given;
    },
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  };
}
