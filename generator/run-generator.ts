/** The generator as a whole: ledger, producer, control and the events between them, from a start to a clean end. */
import type { GeneratorSettings } from '../src/config/service.js';
import { describeError } from '../src/errors.js';
import type { Clock } from '../src/runtimes/ports.js';
import { untilStopped } from '../src/runtimes/service-scope.js';
import { eventTopic } from '../src/runtimes/topics.js';
import { type Control, type ControlStore, startControl } from './control.js';
import { evenPace, paceOf } from './days.js';
import { openProducer, type Producer, producerDefaults } from './kafka/producer.js';
import { type LedgerFile, openLedger } from './ledger-file.js';
import { newProgress, type ProducePlan, type Progress, produceEvents, type WantedArrivals } from './produce-events.js';

export interface GeneratorOptions {
  readonly settings: GeneratorSettings;
  readonly openProducer: (scope: Pick<GeneratorOptions, 'stop' | 'say'>) => Promise<Producer>;
  readonly ledgerFolder: string;
  readonly openStore: () => Promise<ControlStore>;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Between the wish to end and giving up on what is in flight. */
  readonly finishWithinMs?: number;
  readonly say: (line: string) => void;
}

/** Below the ten seconds that Docker gives. */
const finishWithinDefaultMs = 7000;
const flushEveryMs = 1000;

/** Runs until `stop`; a plan that is fulfilled leaves it idle, so that nobody starts it again. */
export async function runGenerator(options: GeneratorOptions): Promise<void> {
  const { settings, clock, stop, say } = options;
  const standing: Standing = { state: 'starting', ledger: undefined, progress: newProgress(0), error: undefined };
  await using control = startControl({
    openStore: options.openStore,
    startRatePerSecond: settings.rate,
    clock,
    report: reporter(settings, clock, standing),
    say,
  });
  try {
    const ledger = await openLedger({ folder: options.ledgerFolder, seed: settings.seed });
    standing.ledger = ledger;
    standing.progress = newProgress(ledger.next);
    say(`seed ${settings.seed}: goes on with event ${ledger.next}; ${ledger.acknowledged} are acknowledged so far`);
    await using producer = await options.openProducer({ stop, say });
    await Promise.race([control.known, untilStopped(stop)]);
    standing.state = 'running';
    await produceInto({ options, ledger, producer, control, progress: standing.progress });
    standing.state = stop.aborted ? 'stopped' : 'finished';
    await untilStopped(stop);
  } catch (error) {
    standing.state = 'failed';
    standing.error = describeError(error);
    throw error;
  }
}

/** A producer into the lab's topic at this bootstrap server, `host:port`. */
export function producerAt(bootstrap: string, scope: Pick<GeneratorOptions, 'stop' | 'say'>): Promise<Producer> {
  return openProducer({ ...producerDefaults, ...scope, bootstrap, topic: eventTopic, clientId: 'snacklab-generator' });
}

interface Parts {
  readonly options: GeneratorOptions;
  readonly ledger: LedgerFile;
  readonly producer: Producer;
  readonly control: Control;
  readonly progress: Progress;
}

/** Produces, and keeps the ledger on disk in step; closes it however producing ends. */
async function produceInto({ options, ledger, producer, control, progress }: Parts): Promise<void> {
  const { settings, clock, stop, say } = options;
  // A failure of the disk is met by the run itself, when it next reserves.
  const flushing = setInterval(() => ledger.flush().catch(() => {}), flushEveryMs);
  const impatient = () =>
    setTimeout(() => void producer[Symbol.asyncDispose](), options.finishWithinMs ?? finishWithinDefaultMs).unref();
  stop.addEventListener('abort', impatient, { once: true });
  try {
    const plan = {
      seed: settings.seed,
      knobs: { late: settings.late, duplicate: settings.duplicate, malformed: settings.malformed },
      events: settings.events,
      ...timesOf(settings),
    };
    await produceEvents(plan, { producer, ledger, clock, stop, say, wanted: () => control.wanted() }, progress);
  } finally {
    clearInterval(flushing);
    stop.removeEventListener('abort', impatient);
    await ledger.close(progress.nextIndex);
  }
}

/**
 * With a start time, timestamps follow the rate that the generator was started with, whatever the rate is later; then it is
 * they that go as days do, and events arrive evenly.
 */
function timesOf({ startTimeMs, rate, dayMs }: GeneratorSettings): Pick<ProducePlan, 'timeline' | 'pace'> {
  const pace = paceOf(dayMs);
  if (startTimeMs === undefined) return { timeline: undefined, pace };
  return { timeline: { startTimeMs, ratePerSecond: rate > 0 ? rate : 1000, pace }, pace: evenPace };
}

interface Standing {
  state: 'starting' | 'running' | 'finished' | 'stopped' | 'failed';
  ledger: LedgerFile | undefined;
  progress: Progress;
  error: string | undefined;
}

/** What `status` shows. Counts are of this run but for `acknowledged` and `inDoubt`, which are the ledger's. */
function reporter(settings: GeneratorSettings, clock: Clock, standing: Standing) {
  const { seed, dayMs } = settings;
  const { pace } = timesOf(settings);
  let before = { atMs: clock.nowMs(), acknowledged: 0 };
  return (wanted: WantedArrivals) => {
    const { state, ledger, progress, error } = standing;
    const now = { atMs: clock.nowMs(), acknowledged: progress.acknowledged };
    const seconds = Math.max(1, now.atMs - before.atMs) / 1000;
    const ratePerSecond = Math.round((now.acknowledged - before.acknowledged) / seconds);
    before = now;
    const { sent, repeats, broken, forgone, nextIndex } = progress;
    return {
      state: state === 'running' && wanted.paused ? 'paused' : state,
      paused: wanted.paused,
      wantedRatePerSecond: wanted.ratePerSecond,
      ...(dayMs === null ? {} : { dayMs, wantedThisHourPerSecond: wanted.ratePerSecond * pace.factorAt(now.atMs) }),
      ratePerSecond,
      sent,
      acknowledged: ledger?.acknowledged ?? null,
      inDoubt: ledger?.inDoubt ?? null,
      inFlight: sent - progress.acknowledged - progress.inDoubt,
      repeats,
      broken,
      forgone,
      seed,
      nextIndex,
      ...(error === undefined ? {} : { error }),
    };
  };
}
