/**
 * An idempotent producer for one topic: each send is in the log exactly once when it is acknowledged, across lost
 * connections and restarts of the broker. It sends again, in order and in the same bytes, until the broker answers or
 * the time is up; then it gives up on all that is in flight, says so, and goes on under a new identity.
 * It does not choose partitions, spread over brokers, compress or encrypt.
 * Why not kafkajs here: docs/decisions/0005-generator-producer.md.
 */
import { LabError } from '../../src/errors.js';
import { describeErrorCode, verdictOf } from './error-codes.js';
import { type ProducerIdentity, type RecordBatch, sealBatch } from './record-batch.js';
import { openSession, type Session, type SessionOptions } from './session.js';
import type { PartitionBytes, ProducedPartition } from './wire.js';

/** Where one partition's messages are: `baseOffset` is the first one's; -1 where the broker did not say. */
export type Placement = Pick<ProducedPartition, 'partition' | 'baseOffset'>;

/** What producing needs; tests and benchmarks bring their own. */
export interface Producer extends AsyncDisposable {
  /** Of the topic. */
  readonly partitions: number;
  /** At most so many sends may be under way: a broker recognises the last five batches of a partition when repeated. */
  readonly sendsInFlight: number;
  /** Resolves when all is acknowledged; rejects when it is given up, and then may or may not be in the log. */
  send(batches: readonly RecordBatch[]): Promise<readonly Placement[]>;
}

export interface ProducerOptions extends SessionOptions {
  /** How long to wait for the first connection. */
  readonly openTimeoutMs: number;
  /** After so long without an acknowledgement a send is given up. */
  readonly deliveryTimeoutMs: number;
  /** Ends the wait for the first connection. */
  readonly stop?: AbortSignal;
  /** Told when the broker is lost and found again. */
  readonly say: (line: string) => void;
  /** Told the same as data: why the broker was lost, or undefined when it is found again. */
  readonly onReach?: (lost: Error | undefined) => void;
}

export const producerDefaults = { requestTimeoutMs: 10_000, openTimeoutMs: 60_000, deliveryTimeoutMs: 120_000 };

const sendsInFlight = 5;
const backOffMs = { least: 50, greatest: 1000 };

interface Send {
  readonly batches: readonly RecordBatch[];
  /** Set when it first goes out: from then on its identity and sequence are fixed. */
  sealed: readonly PartitionBytes[] | undefined;
  readonly deadlineMs: number;
  readonly resolve: (placements: readonly Placement[]) => void;
  readonly reject: (error: Error) => void;
}

interface State {
  readonly options: ProducerOptions;
  /** In order; the first is the oldest without an acknowledgement. */
  readonly sends: Send[];
  /** Undefined until the broker gives one; then sends wait. */
  identity: ProducerIdentity | undefined;
  /** The next sequence number of each partition under this identity. */
  readonly sequences: Map<number, number>;
  /** Undefined while there is no connection; then sends wait. */
  session: Session | undefined;
  /** Ends the current session; what is in flight is sent again on the next one. */
  lose: (error: Error) => void;
  closing: boolean;
}

/** Connects. Throws `unavailable` when no broker with this topic answers in time. */
export async function openProducer(options: ProducerOptions): Promise<Producer> {
  const state: State = {
    options,
    sends: [],
    identity: undefined,
    sequences: new Map(),
    session: undefined,
    lose: () => {},
    closing: false,
  };
  const first = await openInTime(state, performance.now() + options.openTimeoutMs);
  const running = keepConnected(state, first);
  return {
    partitions: first.partitions,
    sendsInFlight,
    send: (batches) => send(state, batches),
    async [Symbol.asyncDispose]() {
      state.closing = true;
      giveUp(state, new LabError('the producer was closed with sends in flight'));
      await running;
    },
  };
}

function send(state: State, batches: readonly RecordBatch[]): Promise<readonly Placement[]> {
  if (state.closing) return Promise.reject(new LabError('the producer is closed'));
  if (state.sends.length >= sendsInFlight)
    return Promise.reject(new LabError(`more than ${sendsInFlight} sends at once`));
  return new Promise((resolve, reject) => {
    const deadlineMs = performance.now() + state.options.deliveryTimeoutMs;
    const entry: Send = { batches, sealed: undefined, deadlineMs, resolve, reject };
    state.sends.push(entry);
    if (state.session !== undefined) transmit(state, state.session, entry);
  });
}

function transmit(state: State, session: Session, entry: Send): void {
  entry.sealed ??= entry.batches.map((batch) => ({
    partition: batch.partition,
    bytes: sealBatch(batch, state.identity!, takeSequence(state, batch)),
  }));
  session.produce(entry.sealed).then(
    (produced) => {
      if (state.session === session) settle(state, entry, produced);
    },
    (error: Error) => {
      if (state.session === session) state.lose(error);
    },
  );
}

/** Sequence numbers are 31 bits and begin anew at 0 after the last. */
function takeSequence(state: State, batch: RecordBatch): number {
  const sequence = state.sequences.get(batch.partition) ?? 0;
  state.sequences.set(batch.partition, (sequence + batch.messages) % 0x8000_0000);
  return sequence;
}

function settle(state: State, entry: Send, produced: readonly ProducedPartition[]): void {
  const failed = produced.find((part) => verdictOf(part.errorCode) !== 'done');
  if (failed === undefined) {
    state.sends.splice(state.sends.indexOf(entry), 1);
    entry.resolve(produced);
    return;
  }
  const text = `partition ${failed.partition} of ${state.options.topic}: ${describeErrorCode(failed.errorCode)}`;
  const error = new LabError(text, { kind: 'unavailable', detail: { errorCode: failed.errorCode } });
  // Again means all of it, in order: a part that the broker has already is recognised by its sequence number.
  if (verdictOf(failed.errorCode) === 'again') state.lose(error);
  else giveUp(state, error);
}

/** What was in flight may or may not be in the log. Only a new identity makes sure that it will not follow later ones. */
function giveUp(state: State, error: Error): void {
  const sends = state.sends.splice(0);
  state.identity = undefined;
  state.lose(error);
  for (const entry of sends) entry.reject(error);
}

async function keepConnected(state: State, first: Session): Promise<void> {
  let session: Session | undefined = first;
  while (session !== undefined) {
    const error = await untilLost(state, session);
    if (state.closing) return;
    state.options.say(`lost the broker, trying again: ${error.message}`);
    state.options.onReach?.(error);
    giveUpOverdue(state);
    session = await openAgain(state);
    if (session === undefined) return;
    state.options.onReach?.(undefined);
    state.options.say(`found the broker again, ${state.sends.length} sends are repeated`);
  }
}

/** Resolves when the session is over, however it ended. */
async function untilLost(state: State, session: Session): Promise<Error> {
  using over = session;
  const lost = new Promise<Error>((resolve) => {
    state.lose = (error) => {
      state.session = undefined;
      resolve(error);
    };
  });
  if (state.closing) return new LabError('the producer is closed');
  state.session = over;
  for (const entry of state.sends) transmit(state, over, entry);
  return await lost;
}

/** Tries until there is a session or the producer closes; gives up on what is in flight when its time is up. */
async function openAgain(state: State): Promise<Session | undefined> {
  for (let pauseMs = backOffMs.least; !state.closing; pauseMs = Math.min(pauseMs * 2, backOffMs.greatest)) {
    await sleep(pauseMs);
    try {
      return await openReady(state);
    } catch {
      // Said once when the broker was lost; what follows from it is said when sends are given up.
      giveUpOverdue(state);
    }
  }
  return undefined;
}

/** Checked when there is no session: while there is one, the broker may be about to answer. */
function giveUpOverdue(state: State): void {
  const oldest = state.sends[0];
  if (oldest === undefined || performance.now() <= oldest.deadlineMs) return;
  const waitedMs = state.options.deliveryTimeoutMs;
  const suggestion = 'look at its log: snacklab {lab} logs kafka';
  giveUp(state, new LabError(`kafka acknowledged nothing for ${waitedMs} ms`, { kind: 'unavailable', suggestion }));
}

async function openInTime(state: State, untilMs: number): Promise<Session> {
  for (;;) {
    try {
      return await openReady(state);
    } catch (error) {
      if (performance.now() > untilMs || state.options.stop?.aborted) throw error;
      await sleep(500);
    }
  }
}

/** A session that can send: with an identity. */
async function openReady(state: State): Promise<Session> {
  const session = await openSession(state.options);
  try {
    if (state.identity === undefined) {
      state.identity = await session.takeIdentity();
      state.sequences.clear();
    }
    return session;
  } catch (error) {
    session[Symbol.dispose]();
    throw error;
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
