/** The processes of a simulated lab that show answers: publishers of served views, the validation view, and a panel. */
import type { Process } from '../src/runtimes/memory/scheduler.js';
import type { Log } from '../src/runtimes/ports.js';
import { followLive, noViews } from '../src/serving/live-views.js';
import { type Published, publishAnswer, publishChecked } from '../src/serving/publish-views.js';
import { rememberingStore } from '../src/serving/remembering-store.js';
import { superviseValidations } from '../src/validation/supervise.js';
import { validate } from '../src/validation/validator.js';
import type { Service } from './processes.js';
import type { SimulatedLab } from './simulated-lab.js';

/** Two publishers, since a view must bear it that there are several; `openLog` is the log as far back as it can be read. */
export function readSide(lab: SimulatedLab, openLog: (process: Process) => Log): readonly Service[] {
  if (!lab.settings.views) return [];
  return [
    { name: 'views-1', weight: 1, run: (process) => publishViews(lab, process) },
    { name: 'views-2', weight: 1, run: (process) => publishViews(lab, process) },
    { name: 'validation', weight: 1.5, run: (process) => runValidations(lab, process, openLog(process)) },
    { name: 'panel', weight: 0.7, run: (process) => readViews(lab, process) },
  ];
}

/** As `src/serving/views-service.ts`. */
async function publishViews(lab: SimulatedLab, process: Process): Promise<void> {
  const clock = lab.clock(process);
  const store = rememberingStore(lab.openStore(process));
  let views = noViews;
  for (;;) {
    views = await followLive(store, views);
    for (const publish of [publishAnswer, publishChecked]) {
      const published = new Map<string, Published>();
      for (const [question, before] of views.published) {
        published.set(question, await publish({ store, question, clock, hold: async () => {} }, before));
      }
      views = { ...views, published };
      await clock.sleep(20);
    }
  }
}

/** How many times faster than the lab its validations live: what failed is tried again after seconds. */
const validationHaste = 10;

/** As `src/validation/service.ts`, but that no raw events are kept. */
function runValidations(lab: SimulatedLab, process: Process, log: Log): Promise<void> {
  const rawEvents = { keep: async () => {}, say: async () => {} };
  const clock = lab.clock(process, validationHaste);
  const never = () => false;
  const shared = { store: lab.openStore(process), log, rawEvents, clock, hold: async () => {}, stopped: never };
  return superviseValidations({
    ...shared,
    say: () => {},
    validate: (pipeline) => validate({ ...shared, pipeline, keepsRawEvents: never, say: () => {} }),
  });
}

/** A panel reads one view at once, as it stands in its partition. */
async function readViews(lab: SimulatedLab, process: Process): Promise<void> {
  const { scheduler, views } = lab.world;
  for (;;) {
    await scheduler.effect(process, () => {
      const keys = [...views.keys()];
      if (keys.length === 0) return;
      const key = keys[scheduler.integer(keys.length)]!;
      lab.judge.view(key, views.get(key)!);
    });
    await lab.clock(process).sleep(15);
  }
}
