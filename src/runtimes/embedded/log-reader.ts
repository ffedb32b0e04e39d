/**
 * Readers of the embedded log: all partitions in turn, and woken at its end by the next append. They read files, so they
 * work wherever somebody says how far these go.
 */
import { EventEmitter } from 'node:events';
import { LabError } from '../../errors.js';
import { formatPosition, type Position } from '../../positions/position.js';
import type { LogReader, Message } from '../ports.js';
import type { ReadablePartition } from './partition-log.js';
import { partitionReader } from './partition-reader.js';

/** A reader is given about so many bytes at once. */
const answerBytesMax = 8 << 20;

/** Appends as they are noticed. Who counts before it looks cannot miss one between looking and waiting. */
export interface Appended {
  count(): number;
  notice(): void;
  /** Calls `listener` after each, until the function that it gives back is called. */
  listen(listener: () => void): () => void;
}

export function newAppended(): Appended {
  const events = new EventEmitter().setMaxListeners(0);
  let count = 0;
  return {
    count: () => count,
    notice() {
      count++;
      events.emit('appended');
    },
    listen(listener) {
      events.on('appended', listener);
      return () => events.off('appended', listener);
    },
  };
}

/** Opens a reader. Throws `fail` where the log does not hold what it is to read, or has lost it. */
export function openReader(logs: readonly ReadablePartition[], appended: Appended, from: Position): LogReader {
  const ends = logs.map((log) => log.end());
  const starts = logs.map((log) => log.start());
  refuseOutside(from, starts, ends);
  const readers = logs.map((log, partition) => partitionReader(log, from[partition]!));
  const isClosed = new AbortController();
  let turn = 0;
  return {
    async next(maxWaitMs) {
      const before = appended.count();
      const messages = await takeAll(readers, turn++);
      if (messages.length > 0 || maxWaitMs <= 0) return messages;
      if (appended.count() === before) await wakened(appended, maxWaitMs, isClosed.signal);
      return takeAll(readers, turn++);
    },
    [Symbol.asyncDispose]: async () => {
      isClosed.abort();
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}

/** No partition waits for ever behind others: each answer begins with another one. */
async function takeAll(readers: readonly ReturnType<typeof partitionReader>[], turn: number): Promise<Message[]> {
  const messages: Message[] = [];
  const share = Math.ceil(answerBytesMax / readers.length);
  for (const i of readers.keys()) await readers[(turn + i) % readers.length]!.take(messages, share);
  return messages;
}

/** Resolves with the next append, after `maxWaitMs`, or when the reader is closed. */
export function wakened(appended: Appended, maxWaitMs: number, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      forget();
      closed.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, maxWaitMs);
    const forget = appended.listen(end);
    closed.addEventListener('abort', end);
  });
}

function refuseOutside(from: Position, starts: Position, ends: Position): void {
  if (from.length !== starts.length) {
    throw new LabError(`the log has ${starts.length} partitions, not the ${from.length} of ${formatPosition(from)}`, {
      kind: 'fail',
      detail: { from, starts },
    });
  }
  const lost = from.findIndex((offset, partition) => offset < starts[partition]!);
  const ahead = from.findIndex((offset, partition) => offset > ends[partition]!);
  if (lost === -1 && ahead === -1) return;
  const partition = Math.max(lost, ahead);
  const why = lost !== -1 ? `starts at ${starts[partition]}` : `ends at ${ends[partition]}`;
  throw new LabError(`the log of partition ${partition} ${why}, and was to be read from ${from[partition]}`, {
    kind: 'fail',
    suggestion: 'messages are lost: restore the directory from a copy, or begin a new one',
    detail: { from, starts, ends },
  });
}
