/** What runs in a demo: the services of each architecture on one log, and the generator that fills it. */
import type { GeneratorSettings } from '../../config/service.js';
import { builtinQuestions } from '../../questions/builtin.js';
import type { LabName } from '../../resources.js';
import type { EmbeddedData } from '../../runtimes/embedded/open.js';
import type { EmbeddedServing } from '../../runtimes/embedded/serving-store.js';
import { ledgerFolderIn } from '../embedded/directory.js';
import { endingEarly, runServices } from '../embedded/keep-running.js';
import { generator, labServices } from '../embedded/lab-services.js';
import type { CommandContext } from '../report.js';
import type { Looks } from './watched.js';

/** One architecture while it runs. */
export interface Contestant {
  readonly architecture: LabName;
  readonly store: EmbeddedServing;
  readonly looks: Looks;
}

export async function enter(data: EmbeddedData, architecture: LabName): Promise<Contestant> {
  const store = await data.serving(architecture);
  await store.createPipeline(builtinQuestions, await data.log.starts());
  return { architecture, store, looks: { sightings: [], counted: 0 } };
}

export interface Running {
  /** Rejects when a service cannot go on; never resolves. */
  readonly failed: Promise<never>;
  /** Ends the events, and waits until all that were sent are in the log. */
  readonly endEvents: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What the services and the generator are to do. */
export interface RunningPlan {
  readonly seconds: number;
  readonly generator: GeneratorSettings;
}

/** A batch cycle several times a demo, and not more often than its steps take. */
const batchEveryMs = ({ seconds }: RunningPlan) => Math.min(10_000, Math.max(2_000, (seconds * 1000) / 6));

export function start(
  data: EmbeddedData,
  contestants: readonly Contestant[],
  plan: RunningPlan,
  context: CommandContext,
): Running {
  const { clock, say, signal } = context;
  const [events, services] = [new AbortController(), new AbortController()];
  // Ctrl-C ends them by their own signals: a sleep of the command's clock would fail in the middle of what they do.
  const noEvents = AbortSignal.any([events.signal, signal]);
  const noServices = AbortSignal.any([services.signal, signal]);
  const { log, archive, followArchive, batchEngine } = data;
  const running = contestants.map(({ architecture, store }) => {
    const ports = { store, log, deadLetters: store, archive, followArchive, batchEngine };
    const scope = { stop: noServices, clock, say: (line: string) => quietly(architecture, line, say) };
    return runServices(labServices(architecture, ports, batchEveryMs(plan)), scope);
  });
  const making = generator({
    settings: plan.generator,
    openProducer: async () => log.openProducer(),
    ledgerFolder: ledgerFolderIn(data.dir),
    store: contestants[0]!.store,
    clock: endingEarly(clock, noEvents),
  }).run({ stop: noEvents, clock, say: () => {} });
  const all = [...running, making];
  const failed = new Promise<never>((_, reject) => {
    for (const one of all) one.catch(reject);
  });
  failed.catch(() => {});
  return {
    failed,
    endEvents: async () => {
      events.abort();
      await making;
    },
    stop: async () => {
      events.abort();
      services.abort();
      await Promise.allSettled(all);
    },
  };
}

/** Services say much that is of use in a log; here only what went wrong is shown. */
function quietly(architecture: LabName, line: string, say: (line: string) => void): void {
  if (/failed|restart|error/i.test(line)) say(`${architecture}: ${line}`);
}
