/** How fast the log grows, from some looks at it. Pure. */
import { messagesBelow } from '../positions/position.js';
import type { LabSeen } from './model.js';

/** Messages in the log at some instants, from which its speed follows. */
export type LogSizes = readonly { readonly atMs: number; readonly messages: number }[];

const speedMsMin = 1_500;
const speedMsMax = 5_000;

/** The sizes to remember after a look: a few seconds of them. */
export function rememberSize(sizes: LogSizes, { atMs, extent }: LabSeen): LogSizes {
  if (extent === undefined) return [];
  const messages = messagesBelow(extent.ends);
  // A log that got smaller is another one.
  const kept = sizes.filter((one) => atMs - one.atMs <= speedMsMax && one.messages <= messages);
  return [...kept, { atMs, messages }];
}

/** Messages a second; null until there are enough looks. */
export function speedOf(sizes: LogSizes): number | null {
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < speedMsMin) return null;
  return ((last.messages - first.messages) * 1000) / (last.atMs - first.atMs);
}
