/** The embedded log as the checker reads it: a bounded stretch of it, and which places are kept as dead letters. */
import type { AddMessage, CheckedLog } from '../../checker/verify.js';
import { LabError } from '../../errors.js';
import type { Position } from '../../positions/position.js';
import type { Log } from '../ports.js';

const silenceMsMax = 10_000;

/** What the checker reads of a log; `deadLetterKeys` are `partition:offset`. */
export function checkerLogOf(log: Log, deadLetterKeys: CheckedLog['deadLetterKeys']): CheckedLog {
  return {
    extent: async () => {
      const [starts, ends] = await Promise.all([log.starts(), log.ends()]);
      return { starts, ends };
    },
    readMessages: (from, ends, add) => readStretch(log, from, ends, add),
    deadLetterKeys,
  };
}

async function readStretch(log: Log, from: Position, ends: Position, add: AddMessage): Promise<void> {
  let left = ends.reduce((sum, end, partition) => sum + Math.max(end - from[partition]!, 0), 0);
  if (left === 0) return;
  await using reader = await log.read(from);
  while (left > 0) {
    const messages = await reader.next(silenceMsMax);
    if (messages.length === 0) {
      throw new LabError(`the log gave nothing for ${silenceMsMax} ms, and ${left} messages are still to come`, {
        kind: 'unavailable',
      });
    }
    for (const { partition, offset, value, timestampMs } of messages) {
      if (offset >= ends[partition]!) continue;
      left -= 1;
      add(partition, offset, value, timestampMs);
    }
  }
}
