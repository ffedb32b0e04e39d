/**
 * Sends a file's events, some at a time and in their order: the next ones when the log has the ones before. A lab that is
 * away is waited for. What may or may not be in the log is not sent again, for it would count twice: it is said.
 */
import type { Clock } from '../../runtimes/ports.js';
import type { IngestClient, Sent } from './client.js';
import type { FileEvent } from './lines.js';
import { note, type Tally } from './tally.js';

export interface SendFile {
  readonly client: Pick<IngestClient, 'send'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** How long to wait for a lab that takes nothing. */
  readonly patienceMs: number;
}

/** Where it stopped: nothing from this line on is in the log. */
export interface Stopped {
  readonly line: number;
  readonly reason: string;
}

const eventsAtOnce = 1000;
const bytesAtOnce = 1 << 20;
const againMs = { least: 100, most: 2_000 };

/** Sends all. Resolves with where it stopped when the lab was away for too long. */
export async function sendFile(
  source: AsyncIterable<readonly FileEvent[]>,
  tally: Tally,
  options: SendFile,
): Promise<Stopped | undefined> {
  for await (const batch of batches(source, tally)) {
    const stopped = await sendBatch(batch, tally, options);
    if (stopped !== undefined) return stopped;
  }
  return undefined;
}

interface Line {
  readonly line: number;
  readonly event: Uint8Array;
}

/** What cannot be an event is noted here; the others come some at a time. */
async function* batches(source: AsyncIterable<readonly FileEvent[]>, tally: Tally): AsyncIterable<readonly Line[]> {
  let batch: Line[] = [];
  let bytes = 0;
  for await (const events of source) {
    for (const { line, event } of events) {
      tally.events++;
      if ('refused' in event) {
        note(tally, line, { state: 'refused', reason: event.refused });
        continue;
      }
      if (batch.length >= eventsAtOnce || (batch.length > 0 && bytes + event.length > bytesAtOnce)) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push({ line, event });
      bytes += event.length;
    }
  }
  if (batch.length > 0) yield batch;
}

async function sendBatch(batch: readonly Line[], tally: Tally, options: SendFile): Promise<Stopped | undefined> {
  const { client, clock, signal, say, patienceMs } = options;
  let left = batch;
  let awaySinceMs: number | undefined;
  for (let pauseMs = againMs.least; ; pauseMs = Math.min(pauseMs * 2, againMs.most)) {
    signal.throwIfAborted();
    const sent = await client.send(
      left.map(({ event }) => event),
      signal,
    );
    const [before, unknown] = [left.length, tally.unknown];
    left = settle(left, sent, tally);
    if (tally.unknown > unknown) say(`  not known whether they are stored: ${doubtIn(sent)}`);
    if (left.length === 0) {
      if (awaySinceMs !== undefined) say('  the lab takes events again');
      return undefined;
    }
    if (left.length < before) awaySinceMs = undefined;
    const reason = 'away' in sent ? sent.away : 'it took a part only';
    const nowMs = clock.nowMs();
    if (awaySinceMs === undefined) say(`  waiting for the lab: ${reason}`);
    awaySinceMs ??= nowMs;
    if (nowMs - awaySinceMs > patienceMs) return { line: left[0]!.line, reason };
    await clock.sleep(pauseMs);
  }
}

/** Why it is not known, of the first such event. */
function doubtIn(sent: Sent): string {
  if ('lost' in sent) return sent.lost;
  const found = 'states' in sent ? sent.states.find(({ state }) => state === 'unknown') : undefined;
  return found !== undefined && 'reason' in found ? found.reason : 'no reason was given';
}

/** Notes what is final. Answers with what is to be sent again. */
function settle(left: readonly Line[], sent: Sent, tally: Tally): readonly Line[] {
  if ('away' in sent) return left;
  if ('lost' in sent) {
    const reason = `the connection broke before the answer: ${sent.lost}`;
    for (const { line } of left) note(tally, line, { state: 'unknown', reason });
    return [];
  }
  return left.filter(({ line }, i) => {
    const state = sent.states[i]!;
    if (state.state !== 'unsent') note(tally, line, state);
    return state.state === 'unsent';
  });
}
