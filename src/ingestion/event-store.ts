/**
 * Puts judged events into the log and says what became of each once that is known. Events of requests that come while
 * sends are under way travel together; those of one machine keep their order. It holds no more than it is given:
 * bounding that is the budget's work. Never rejects: what the log did not acknowledge is `unknown`, not an error.
 */
import type { Producer } from '../../generator/kafka/producer.js';
import { append, newBatch, type RecordBatch } from '../../generator/kafka/record-batch.js';
import { describeError } from '../errors.js';
import type { KeyedEvent } from './judge-events.js';
import type { EventState } from './outcome.js';

export interface EventStore extends AsyncDisposable {
  /** Resolves when the outcome of all is known, in their order. */
  store(events: readonly KeyedEvent[]): Promise<readonly EventState[]>;
  /** Why the log took or acknowledged nothing a moment ago; undefined while it does, and when nobody has tried since. */
  readonly lastFailure: () => string | undefined;
}

export interface EventStoreOptions {
  readonly producer: Pick<Producer, 'send' | 'sendsInFlight'>;
  /** What waits longer for its turn is `unsent`. */
  readonly waitMsMax: number;
  readonly nowMs: () => number;
}

/** A batch takes no further event beyond this: brokers refuse batches over 1 MB. */
const batchBytesMax = 640 * 1024;
const batchBytesFirst = 8 * 1024;
/** An older failure says nothing of now: who turns senders away for it would never see that it is over. */
const failureMsMax = 10_000;

/** Of one call. */
interface Call {
  readonly states: EventState[];
  left: number;
  readonly resolve: (states: readonly EventState[]) => void;
}

/** Which event of a call is which message of a send. */
interface Share {
  readonly call: Call;
  readonly index: number;
  readonly partition: number;
  readonly ordinal: number;
}

interface Send {
  readonly batches: Map<number, RecordBatch>;
  readonly shares: Share[];
  readonly overdue: NodeJS.Timeout;
}

interface State {
  readonly options: EventStoreOptions;
  /** In order; events are added to the last. */
  readonly waiting: Send[];
  readonly underWay: Set<Promise<void>>;
  isScheduled: boolean;
  isClosed: boolean;
  lastFailure: { readonly why: string; readonly atMs: number } | undefined;
}

export function openEventStore(options: EventStoreOptions): EventStore {
  const state: State = {
    options,
    waiting: [],
    underWay: new Set(),
    isScheduled: false,
    isClosed: false,
    lastFailure: undefined,
  };
  return {
    store: (events) => store(state, events),
    lastFailure: () => lastFailure(state),
    async [Symbol.asyncDispose]() {
      state.isClosed = true;
      for (const send of state.waiting.splice(0)) unsent(send, 'the service ends');
      await Promise.all(state.underWay);
    },
  };
}

function store(state: State, events: readonly KeyedEvent[]): Promise<readonly EventState[]> {
  return new Promise((resolve) => {
    const call: Call = { states: new Array(events.length), left: events.length, resolve };
    if (events.length === 0) return resolve([]);
    for (const [index, event] of events.entries()) add(state, call, index, event);
    if (state.isClosed) for (const send of state.waiting.splice(0)) unsent(send, 'the service ends');
    else schedule(state);
  });
}

function add(state: State, call: Call, index: number, { partition, key, value }: KeyedEvent): void {
  let send = state.waiting.at(-1);
  if (send === undefined || isFull(send, partition, value)) {
    send = newSend(state);
    state.waiting.push(send);
  }
  let batch = send.batches.get(partition);
  if (batch === undefined) {
    batch = newBatch(partition, state.options.nowMs(), batchBytesFirst);
    send.batches.set(partition, batch);
  }
  send.shares.push({ call, index, partition, ordinal: batch.messages });
  append(batch, key, value);
}

function isFull({ batches }: Send, partition: number, value: Uint8Array): boolean {
  const batch = batches.get(partition);
  return batch !== undefined && batch.length + value.length > batchBytesMax;
}

function newSend(state: State): Send {
  const giveUp = () => {
    state.waiting.splice(state.waiting.indexOf(send), 1);
    unsent(send, failed(state, `the log took nothing for ${state.options.waitMsMax} ms`));
  };
  const send: Send = { batches: new Map(), shares: [], overdue: setTimeout(giveUp, state.options.waitMsMax) };
  return send;
}

/** At the end of this turn: requests that came together travel together. */
function schedule(state: State): void {
  if (state.isScheduled) return;
  state.isScheduled = true;
  setImmediate(() => {
    state.isScheduled = false;
    dispatch(state);
  });
}

function dispatch(state: State): void {
  while (state.waiting.length > 0 && state.underWay.size < state.options.producer.sendsInFlight) {
    const sending = deliver(state, state.waiting.shift()!).finally(() => {
      state.underWay.delete(sending);
      dispatch(state);
    });
    state.underWay.add(sending);
  }
}

async function deliver(state: State, { batches, shares, overdue }: Send): Promise<void> {
  clearTimeout(overdue);
  try {
    const placements = await state.options.producer.send([...batches.values()]);
    const bases = new Map(placements.map(({ partition, baseOffset }) => [partition, baseOffset]));
    state.lastFailure = undefined;
    for (const { call, index, partition, ordinal } of shares) {
      const base = bases.get(partition) ?? -1;
      settle(call, index, { state: 'accepted', partition, offset: base < 0 ? null : base + ordinal });
    }
  } catch (error) {
    const reason = `it is not known whether the log has it: ${failed(state, describeError(error))}`;
    for (const { call, index } of shares) settle(call, index, { state: 'unknown', reason });
  }
}

function failed(state: State, why: string): string {
  state.lastFailure = { why, atMs: state.options.nowMs() };
  return why;
}

function lastFailure({ lastFailure: failure, options }: State): string | undefined {
  return failure === undefined || options.nowMs() - failure.atMs > failureMsMax ? undefined : failure.why;
}

function unsent({ shares, overdue }: Send, why: string): void {
  clearTimeout(overdue);
  for (const { call, index } of shares) settle(call, index, { state: 'unsent', reason: `not stored: ${why}` });
}

function settle(call: Call, index: number, outcome: EventState): void {
  call.states[index] = outcome;
  if (--call.left === 0) call.resolve(call.states);
}
