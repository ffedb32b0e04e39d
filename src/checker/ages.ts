/**
 * How old an event is when its answer can be read, measured from outside: the first moment at which an answer whose
 * position covers the event had been read, less the time that its producer gave it. The reader's own delay is in it.
 * Ages are counted in whole milliseconds, so that any number of events fits. Pure: the log is handed in.
 */
import type { Position } from '../positions/position.js';
import type { CheckedLog } from './verify.js';

/** An answer's position and the moment (epoch ms) at which it had been read. */
export interface Sighting {
  readonly seenMs: number;
  readonly position: Position;
  /** Whether a batch job ran at that moment. */
  readonly whileBatch: boolean;
}

export interface Percentiles {
  readonly events: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly greatestMs: number;
}

const ageMsMax = 600_000;

/** Ages by whether a batch job ran when the event was first covered. Sightings are in the order of time. */
export class AgeCount {
  readonly #sightings: readonly Sighting[];
  /** By partition: the first sighting that can cover the next offset. */
  readonly #next: number[];
  readonly #between = new Ages();
  readonly #whileBatch = new Ages();

  constructor(sightings: readonly Sighting[]) {
    this.#sightings = sightings;
    this.#next = (sightings[0]?.position ?? []).map(() => 1);
  }

  /** From here on the log's messages are wanted: those below were covered when the measuring began. */
  get from(): Position {
    return this.#sightings[0]?.position ?? [];
  }

  /** Up to here: what is above had not been covered when it ended. */
  get until(): Position {
    return this.#sightings.at(-1)?.position ?? [];
  }

  /** A message; offsets ascend within a partition. */
  add(partition: number, offset: number, producedMs: number): void {
    const { from, until } = this;
    if (offset < from[partition]! || offset >= until[partition]!) return;
    let at = this.#next[partition]!;
    while (this.#sightings[at]!.position[partition]! <= offset) at++;
    this.#next[partition] = at;
    const { seenMs, whileBatch } = this.#sightings[at]!;
    (whileBatch ? this.#whileBatch : this.#between).add(seenMs - producedMs);
  }

  percentiles(): { readonly between: Percentiles; readonly whileBatch: Percentiles } {
    return { between: this.#between.percentiles(), whileBatch: this.#whileBatch.percentiles() };
  }
}

/** The ages of the events that the answers came to cover, read from the log with the times that their producer gave. */
export async function readAges(
  log: Pick<CheckedLog, 'readMessages'>,
  sightings: readonly Sighting[],
): Promise<ReturnType<AgeCount['percentiles']>> {
  const ages = new AgeCount(sightings);
  await log.readMessages(ages.from, ages.until, (partition, offset, _value, producedMs) => {
    ages.add(partition, offset, producedMs);
  });
  return ages.percentiles();
}

class Ages {
  readonly #counts = new Uint32Array(ageMsMax + 1);
  #events = 0;

  add(ageMs: number): void {
    this.#counts[Math.min(Math.max(Math.round(ageMs), 0), ageMsMax)]! += 1;
    this.#events += 1;
  }

  percentiles(): Percentiles {
    const [p50Ms, p95Ms, p99Ms, greatestMs] = [0.5, 0.95, 0.99, 1].map((share) => this.#atShare(share));
    return { events: this.#events, p50Ms: p50Ms!, p95Ms: p95Ms!, p99Ms: p99Ms!, greatestMs: greatestMs! };
  }

  /** The least age that so large a share of the events does not exceed; NaN without events. */
  #atShare(share: number): number {
    const wanted = Math.ceil(this.#events * share);
    let counted = 0;
    for (let age = 0; age <= ageMsMax && wanted > 0; age++) {
      counted += this.#counts[age]!;
      if (counted >= wanted) return age;
    }
    return Number.NaN;
  }
}
