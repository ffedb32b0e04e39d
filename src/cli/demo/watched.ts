/** One architecture of the demo while it runs: its store is read from outside, as fast as a reader would want to know. */
import type { Sighting } from '../../checker/ages.js';
import { itemsSold } from '../../questions/builtin.js';
import type { LabName } from '../../resources.js';
import type { Clock, ServingStore } from '../../runtimes/ports.js';
import { readAnswer } from '../../serving/read-answer.js';
import { rememberingStore } from '../../serving/remembering-store.js';

/** A look every so often: the least age that can be told from the next. */
const lookEveryMs = 10;

/** What was seen of the newest answers, in the order of time. */
export interface Looks {
  readonly sightings: Sighting[];
  /** How many messages the newest answer has counted, valid or not. */
  counted: number;
}

/** Looks until `stop`. What cannot be read at the moment is no sighting; the judge sees that. */
export async function look(store: ServingStore, looks: Looks, stop: AbortSignal, clock: Clock): Promise<void> {
  const remembering = rememberingStore(store);
  while (!stop.aborted) {
    const askedMs = clock.nowMs();
    const answer = await readAnswer(remembering, itemsSold.name, clock);
    if (!('unknown' in answer)) {
      looks.sightings.push({ seenMs: clock.nowMs(), position: answer.position, whileBatch: false });
      looks.counted = answer.messages;
    }
    await clock.sleep(Math.max(1, lookEveryMs - (clock.nowMs() - askedMs)));
  }
}

/** The base that stands below the newest answer, for the line of progress. */
export async function standOf(store: ServingStore, architecture: LabName): Promise<string> {
  const { heads, live } = await store.readHeads();
  const head = heads.get(live)!;
  const version = architecture === 'kappa' ? `${live}, ` : '';
  return `${version}base ${head.baseId}, slice ${head.number}`;
}
