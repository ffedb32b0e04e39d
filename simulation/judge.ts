/**
 * Judges what a simulated lab says while it runs: each answer, view and truth against what was produced, and none may go
 * back. It sees the heads after each effect, since what a pipeline began with and where it committed is told once only.
 */
import { covers, equal, type Position } from '../src/positions/position.js';
import type { Sum } from '../src/questions/question.js';
import type { HeadsRow } from '../src/runtimes/heads-row.js';
import type { ServedView, Truth } from '../src/runtimes/ports.js';
import type { Head } from '../src/serving/head.js';
import type { ReadAnswer } from '../src/serving/read-answer.js';
import { flawOfCounts, flawOfSums, type KnownEvent, repeatsOf } from './oracle.js';

/** Where readers are known to have been: no answer may lie before it, unless a switch was forced since. */
export interface Floor {
  readonly position: Position;
  readonly forced: number;
}

/** Versions of served views begin with the switch that they follow. */
const numbersPerGeneration = 10n ** 12n;

interface SeenView extends Floor {
  readonly version: bigint;
  readonly content: string;
}

export class Judge {
  /** What has been produced, by partition and offset. */
  readonly known: KnownEvent[][];
  /** The first thing that was wrong. */
  violation: string | undefined;
  /** The furthest that any reader has been. */
  floor: Floor;
  readonly counts = { answers: 0, views: 0, truths: 0 };
  readonly #began = new Map<number, Pick<Head, 'origin' | 'questions'>>();
  readonly #committed = new Map<string, Position>();
  readonly #switched = new Map<number, { readonly incarnation: number; readonly forced: number }>();
  readonly #views = new Map<string, SeenView>();
  readonly #knowsRepeats: boolean;
  #seen: HeadsRow | undefined;

  /** `knowsRepeats`: the log keeps what a validation has to read again to know what repeats. */
  constructor(partitions: number, origin: Position, knowsRepeats: boolean) {
    this.#knowsRepeats = knowsRepeats;
    this.known = Array.from({ length: partitions }, () => []);
    this.floor = { position: origin, forced: 0 };
  }

  /** Says that something is wrong; the first time counts. */
  found(flaw: string | undefined): void {
    this.violation ??= flaw;
  }

  /** Looks at the heads as they are after an effect. */
  observe(row: HeadsRow): void {
    if (row === this.#seen) return;
    this.#seen = row;
    for (const { incarnation, number, position, origin, questions } of row.heads.values()) {
      if (!this.#began.has(incarnation)) this.#began.set(incarnation, { origin, questions });
      this.#committed.set(`${incarnation}/${number}`, position);
    }
    const live = row.heads.get(row.live);
    if (live?.status !== 'ready') this.found(`LIVE: ${row.live} is live and ${live?.status ?? 'gone'}`);
    if (live === undefined || this.#switched.has(row.generation)) return;
    this.#switched.set(row.generation, { incarnation: live.incarnation, forced: row.forced });
  }

  /** An answer to the question of this name; `floor` was known before it was read. */
  answer(name: string, answer: ReadAnswer, floor: Floor): void {
    this.counts.answers++;
    const { question, forced } = answer;
    if (question.name !== name) this.found(`ANOTHER: ${question.name} for ${name}`);
    this.found(this.flawOfAnswer(answer));
    this.found(wentBack(answer, floor) ? `FORWARD: ${said(answer)} after ${said(floor)}` : undefined);
    const { floor: furthest } = this;
    const isLater =
      forced > furthest.forced || (forced === furthest.forced && covers(answer.position, furthest.position));
    if (isLater) this.floor = { position: answer.position, forced };
  }

  /** What is wrong with an answer by itself. */
  flawOfAnswer(answer: ReadAnswer): string | undefined {
    const { question, position, messages, rejected, merged: sums } = answer;
    const origin = this.#began.get(answer.incarnation)!.origin;
    if (!equal(origin, answer.origin))
      return `ORIGIN: ${answer.origin} of ${answer.pipeline}, which began at ${origin}`;
    return (
      flawOfSums(this.known, { question, origin, position, sums }) ??
      flawOfCounts(this.known, { origin, position, messages, rejected })
    );
  }

  /** A truth as it is written. */
  truth({ incarnation, number, question: name, position, messages, rejected, repeats, sums }: Truth): void {
    this.counts.truths++;
    const began = this.#began.get(incarnation);
    const committed = this.#committed.get(`${incarnation}/${number}`);
    if (began === undefined || committed === undefined || !equal(committed, position)) {
      this.found(`TRUTH: slice ${number} at ${position}, which was committed at ${committed}`);
      return;
    }
    const question = began.questions.find((one) => one.name === name)!;
    const place = { origin: began.origin, position };
    const flaw =
      flawOfSums(this.known, { ...place, question, sums }) ??
      flawOfCounts(this.known, { ...place, messages, rejected });
    this.found(flaw && `TRUTH: ${flaw}`);
    const repeated = repeatsOf(this.known, began.origin, position);
    if (this.#knowsRepeats && repeats !== repeated) {
      this.found(`TRUTH: ${repeats} repeats are known up to ${position}, there are ${repeated}`);
    }
  }

  /** A served view as it was read at once; one that was emptied says nothing. */
  view(key: string, view: ServedView): void {
    if (view.rows.length === 0 && view.version % numbersPerGeneration === 0n) return;
    this.counts.views++;
    const { position, version } = view;
    const switched = this.#switched.get(Number(version / numbersPerGeneration));
    if (switched === undefined) {
      this.found(`VIEW: ${key} follows a switch that never was, version ${version}`);
      return;
    }
    this.found(this.#flawOfRows(view, this.#began.get(switched.incarnation)!.origin));
    const now = { position, forced: switched.forced, version, content: JSON.stringify(view.rows, asText) };
    const before = this.#views.get(key);
    this.#views.set(key, now);
    if (before === undefined) return;
    if (wentBack(now, before)) this.found(`FORWARD: view ${key} ${said(now)} after ${said(before)}`);
    const differs = before.version === version && before.content !== now.content;
    if (differs) this.found(`VIEW: version ${version} of ${key} is ${now.content} and was ${before.content}`);
  }

  #flawOfRows({ question, face, position, rows }: ServedView, origin: Position): string | undefined {
    const table = (column: 'merged' | 'truth') =>
      new Map(rows.map(({ key, sums }) => [keyOf(question.key, key), Object.values(sums).map((sum) => sum[column])]));
    const flaw = flawOfSums(this.known, { question, origin, position, sums: table('merged') });
    if (flaw !== undefined) return `VIEW: ${flaw}`;
    const kinds = Object.entries(question.sums);
    const sums = rows.flatMap((row) => kinds.map(([name, { sum }]) => ({ sum, ...row.sums[name]! })));
    if (sums.some(({ sum, base, realTime, merged }) => joined(sum, base, realTime) !== merged)) {
      return `VIEW: base and real time of ${question.name} at ${position} are not what is merged`;
    }
    const wrong = face === 'checked' && flawOfSums(this.known, { question, origin, position, sums: table('truth') });
    return wrong ? `VIEW: the truth beside it: ${wrong}` : undefined;
  }
}

/** What two parts make of a sum; a least or greatest of no events is null. */
function joined(sum: Sum['sum'], a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b;
  if (sum === 'least') return a < b ? a : b;
  if (sum === 'greatest') return a > b ? a : b;
  return a + b;
}

function wentBack(now: Floor, before: Floor): boolean {
  return now.forced < before.forced || (now.forced === before.forced && !covers(now.position, before.position));
}

function said({ position, forced }: Floor): string {
  return `${position} (${forced} forced)`;
}

/** As the keys of sum tables are written: these questions have plain fields in their keys. */
function keyOf(names: readonly unknown[], key: Readonly<Record<string, string>>): string {
  return JSON.stringify(names.map((name) => key[name as string]));
}

function asText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}
