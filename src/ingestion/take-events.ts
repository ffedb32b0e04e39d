/**
 * What `POST /events` does with a body: finds its events, judges each, puts the valid ones into the log, and answers once
 * the log has acknowledged them. It knows no HTTP beyond a status and its words.
 */
import type { EventStore } from './event-store.js';
import type { EventJudge, KeyedEvent } from './judge-events.js';
import type { IngestionLimits } from './limits.js';
import { type EventState, mayBeRepeated, type Refusal, type Reply, replyOf, statusOf } from './outcome.js';
import { type BodyKind, splitBody } from './split-body.js';

export interface TakePorts {
  readonly judge: EventJudge;
  readonly store: EventStore;
  readonly limits: IngestionLimits;
}

export interface Taken {
  readonly status: number;
  readonly body: Reply | Refusal;
  /** Whether the sender may send all of it again in a while. */
  readonly mayBeRepeated: boolean;
}

export async function takeEvents(body: Uint8Array, kind: BodyKind, ports: TakePorts): Promise<Taken> {
  const { eventsMax } = ports.limits;
  const split = splitBody(body, kind, eventsMax);
  if ('tooMany' in split) return refused(413, `more than ${eventsMax} events in one request`, 'send fewer at once');
  if ('problem' in split) return refused(400, split.problem, 'an event as a JSON object, or an array of them');
  const answer = replyOf(await outcomes(split.events, ports));
  return { status: statusOf(answer), body: answer, mayBeRepeated: mayBeRepeated(answer) };
}

async function outcomes(values: readonly Uint8Array[], { judge, store }: TakePorts): Promise<EventState[]> {
  const states: EventState[] = new Array(values.length);
  const valid: KeyedEvent[] = [];
  const places: number[] = [];
  for (const [i, value] of values.entries()) {
    const judged = judge(value);
    if ('reason' in judged) states[i] = { state: 'refused', reason: judged.reason };
    else {
      valid.push(judged);
      places.push(i);
    }
  }
  const stored = await store.store(valid);
  for (const [i, state] of stored.entries()) states[places[i]!] = state;
  return states;
}

function refused(status: number, problem: string, suggestion: string): Taken {
  return { status, body: { problem, suggestion }, mayBeRepeated: false };
}
