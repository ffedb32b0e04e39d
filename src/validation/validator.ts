/**
 * The validation view: reads the log by itself, follows a pipeline's head, and writes for each head that it sees
 * what is true at that position. It shares no code with the merge, the batch or the stream job but the event rule and the
 * catalogue's places. It never touches a head; where it has not arrived yet there is no truth, and nothing else says one.
 */
import type { EventFields } from '../events/event.js';
import { covers, equal, messagesBetween, type Position } from '../positions/position.js';
import type { Clock, Hold, Log, Message, ServingStore } from '../runtimes/ports.js';
import type { Head } from '../serving/head.js';
import { zero } from '../sums/table.js';
import { type Prefix, PrefixFold, type Target } from './prefix-fold.js';
import { type RawEvent, RawEventGate, type RawEventStore, type RawEventsState } from './raw-events.js';
import { Reading } from './reading.js';
import { repeatWindowEvents } from './repeats.js';

export interface Validation {
  readonly pipeline: string;
  readonly store: ServingStore;
  readonly log: Log;
  /** Undefined: this runtime keeps none. */
  readonly rawEvents: RawEventStore | undefined;
  /** Whether this one keeps the raw events now: of one log there is one set of them, whoever follows it. */
  readonly keepsRawEvents: () => boolean;
  readonly clock: Clock;
  readonly hold: Hold;
  readonly stopped: () => boolean;
  readonly say: (line: string) => void;
}

const pollMs = 100;
const reportEveryMs = 2_000;
/** So many of the latest truths are kept: an answer waits for its truth for moments, not for minutes. */
export const truthsKept = 1_000;
const deleteEvery = 100;

/**
 * Follows a pipeline until stopped, or until it is not there any more. Throws `unknown` where the log has lost what its
 * truth needs; after any other error the next one goes on from the stored truths.
 */
export async function validate(validation: Validation): Promise<void> {
  const head = await readHead(validation);
  if (head === undefined) return;
  const start = await startingPoint(validation, head);
  const follower = new Follower(validation, head, start, readFrom(start.position, head, await validation.log.starts()));
  await using reading = await Reading.open(validation.log, follower.fold);
  while (!validation.stopped() && (await follower.poll())) {
    await follower.settle();
    await reading.step(pollMs, validation.clock);
    await follower.settle();
    await follower.reportNowAndThen();
  }
}

export type StartingPoint = Prefix & { readonly number: number };

/** The newest truth that all questions share, if the log and the head still go beyond it; else the origin. */
export async function startingPoint(
  { store, say }: Pick<Validation, 'store' | 'say'>,
  head: Head,
): Promise<StartingPoint> {
  const { questions } = head;
  const newest = await Promise.all(questions.map(({ name }) => store.readNewestTruth(head.incarnation, name)));
  const number = Math.min(...newest.map((truth) => truth?.number ?? 0));
  const truths = await Promise.all(questions.map(({ name }) => store.readTruth(head.incarnation, number, name)));
  const [first] = truths;
  const whole = truths.every(
    (truth) => truth !== undefined && equal(truth.position, first!.position) && truth.messages === first!.messages,
  );
  if (number === 0 || first === undefined || !whole || !covers(head.position, first.position)) {
    say(`folds the log from the origin ${JSON.stringify(head.origin)}`);
    const tables = questions.map(() => zero);
    return { number: 0, position: head.origin, messages: 0, rejected: 0, repeats: 0, tables };
  }
  say(`goes on from its truth of slice ${number} at ${JSON.stringify(first.position)}`);
  const { position, messages, rejected, repeats } = first;
  return { number, position, messages, rejected, repeats, tables: truths.map((truth) => truth!.sums) };
}

/** A window before the start, as far as the log still has it: what repeats is known across a restart too. */
function readFrom(start: Position, head: Head, logStarts: Position): Position {
  return start.map((offset, partition) =>
    Math.min(offset, Math.max(offset - repeatWindowEvents, head.origin[partition]!, logStarts[partition]!)),
  );
}

/** Undefined when the pipeline is not there, or is being dropped. */
async function readHead({ store, pipeline }: Pick<Validation, 'store' | 'pipeline'>): Promise<Head | undefined> {
  const head = (await store.readHeads()).heads.get(pipeline);
  return head?.status === 'ready' ? head : undefined;
}

/** The fold and what is written of it. */
class Follower {
  readonly fold: PrefixFold;
  readonly #validation: Validation;
  readonly #origin: Position;
  readonly #gate: RawEventGate;
  #head: Head;
  #aimed: number;
  #written: number;
  #polledMs = Number.NEGATIVE_INFINITY;
  #reportedMs = Number.NEGATIVE_INFINITY;
  #said: RawEventsState | undefined;

  constructor(validation: Validation, head: Head, start: StartingPoint, from: Position) {
    this.fold = new PrefixFold(head.questions, start, from);
    this.#validation = validation;
    this.#origin = head.origin;
    this.#gate = new RawEventGate(validation.clock.nowMs());
    this.#head = head;
    // Nothing is told yet of the origin's fold, not even of slice 0: a version that began at a cut has an answer there.
    this.#aimed = start.number === 0 ? -1 : start.number;
    this.#written = start.number;
  }

  /** Looks at the head from time to time. False when the pipeline is gone, or another one has its name. */
  async poll(): Promise<boolean> {
    const { clock } = this.#validation;
    if (clock.nowMs() - this.#polledMs < pollMs) return true;
    const head = await readHead(this.#validation);
    this.#polledMs = clock.nowMs();
    if (head?.incarnation !== this.#head.incarnation) return false;
    this.#head = head;
    if (head.number > this.#aimed) {
      this.fold.aim({ number: head.number, position: head.position });
      this.#aimed = head.number;
    }
    return true;
  }

  /** Counts what it can, and writes the truth of each head that it reaches. */
  async settle(): Promise<void> {
    const { rawEvents } = this.#validation;
    for (;;) {
      const events: RawEvent[] = [];
      // Only as many are held as are kept: at high rates none are.
      const onEvent = (event: EventFields, message: Message) => {
        if (rawEvents === undefined) return;
        const admitted = this.#gate.admit(1, this.#validation.clock.nowMs());
        if (admitted && this.#validation.keepsRawEvents()) events.push({ event, message });
      };
      const reached = this.fold.advance(onEvent);
      if (reached !== undefined) await this.#writeTruth(reached);
      if (events.length > 0) await rawEvents?.keep(events);
      await this.#sayRawEvents();
      if (reached === undefined) return;
    }
  }

  async reportNowAndThen(): Promise<void> {
    const { clock, store } = this.#validation;
    if (clock.nowMs() - this.#reportedMs < reportEveryMs) return;
    this.#reportedMs = clock.nowMs();
    const { position, messages, rejected, repeats } = this.fold.counts();
    await store.report({
      service: `validation-${this.#head.pipeline}`,
      atMs: clock.nowMs(),
      report: {
        pipeline: this.#head.pipeline,
        number: this.#written,
        position,
        messages,
        rejected,
        repeats,
        repeatWindowEvents,
        behindMessages: messagesBetween(position, this.#head.position),
        bufferedBytes: this.fold.bufferedBytes,
        ...(this.#validation.rawEvents === undefined ? {} : { rawEvents: this.#gate.state }),
      },
    });
  }

  async #writeTruth(reached: Target & Prefix): Promise<void> {
    const { store, hold } = this.#validation;
    const { number, position, messages, rejected, repeats, tables } = reached;
    if (messages !== messagesBetween(this.#origin, position)) {
      throw new Error(`${messages} messages were folded, the log has ${messagesBetween(this.#origin, position)}`);
    }
    const { incarnation, questions } = this.#head;
    await hold('truth-folded');
    await Promise.all(
      questions.map(({ name }, i) =>
        store.writeTruth({
          incarnation,
          number,
          question: name,
          position,
          messages,
          rejected,
          repeats,
          sums: tables[i]!,
        }),
      ),
    );
    const crossed = Math.floor(number / deleteEvery) > Math.floor(this.#written / deleteEvery);
    if (crossed && number > truthsKept) {
      await Promise.all(questions.map(({ name }) => store.deleteTruths(incarnation, name, number - truthsKept)));
    }
    this.#written = number;
  }

  async #sayRawEvents(): Promise<void> {
    const { rawEvents, clock, say, keepsRawEvents } = this.#validation;
    const { state } = this.#gate;
    if (rawEvents === undefined || !keepsRawEvents()) {
      this.#said = undefined;
      return;
    }
    if (state === this.#said) return;
    say(`${state.kept ? 'keeps' : 'does not keep'} raw events: ${state.reason}`);
    // One that takes them over has kept none before.
    await rawEvents.say(this.#said === undefined ? { ...state, sinceMs: clock.nowMs() } : state);
    this.#said = state;
  }
}
