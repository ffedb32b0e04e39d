/**
 * The generator's touch with the operator: looks every second at what is wanted and says how it goes. When the serving
 * store cannot be reached, what was last wanted stays in force and events go on: the log does not depend on the store.
 */
import { describeError } from '../src/errors.js';
import type { Clock, ServingStore } from '../src/runtimes/ports.js';
import type { WantedArrivals } from './produce-events.js';

/** What the generator needs of the serving store. */
export type ControlStore = Pick<ServingStore, 'readWanted' | 'report'> & AsyncDisposable;

export interface ControlOptions {
  readonly openStore: () => Promise<ControlStore>;
  /** Events per second while the operator wants no other rate. */
  readonly startRatePerSecond: number;
  readonly clock: Clock;
  readonly report: (wanted: WantedArrivals) => Readonly<Record<string, unknown>>;
  readonly say: (line: string) => void;
}

export interface Control extends AsyncDisposable {
  /** Resolves once it is known for the first time: a generator that was paused must not start by itself. */
  readonly known: Promise<void>;
  wanted(): WantedArrivals;
}

const everyMs = 1000;
/** A store that does not answer holds up the end for no longer. */
const endWithinMs = 2500;

export function startControl(options: ControlOptions): Control {
  const [known, becomeKnown] = signal();
  const [closed, close] = signal();
  const state: State = {
    options,
    becomeKnown,
    closed,
    closing: false,
    store: undefined,
    wanted: undefined,
    troubled: false,
  };
  const running = keepInTouch(state);
  return {
    known,
    wanted: () => wantedBy(state),
    async [Symbol.asyncDispose]() {
      state.closing = true;
      close();
      await Promise.race([end(state, running), options.clock.sleep(endWithinMs)]);
    },
  };
}

interface State {
  readonly options: ControlOptions;
  readonly becomeKnown: () => void;
  /** Resolves when it is to end. */
  readonly closed: Promise<void>;
  closing: boolean;
  store: ControlStore | undefined;
  wanted: WantedArrivals | undefined;
  /** Whether the trouble has been said: once when it begins, once when it is over. */
  troubled: boolean;
}

async function keepInTouch(state: State): Promise<void> {
  const { clock, openStore } = state.options;
  while (!state.closing) {
    await attempt(state, async () => {
      state.store ??= await openStore();
      await lookAtWanted(state, state.store);
      state.becomeKnown();
      await reportNow(state);
    });
    await Promise.race([clock.sleep(everyMs), state.closed]);
  }
}

async function end(state: State, running: Promise<void>): Promise<void> {
  await running;
  if (state.store === undefined) return;
  await attempt(state, () => reportNow(state));
  await state.store[Symbol.asyncDispose]();
}

function wantedBy(state: State): WantedArrivals {
  return state.wanted ?? { ratePerSecond: state.options.startRatePerSecond, paused: true };
}

async function lookAtWanted(state: State, store: ControlStore): Promise<void> {
  const { rate, paused } = await store.readWanted();
  const now = { ratePerSecond: rate ?? state.options.startRatePerSecond, paused };
  const before = state.wanted;
  state.wanted = now;
  if (before?.ratePerSecond === now.ratePerSecond && before.paused === now.paused) return;
  state.options.say(now.paused ? 'paused' : `${now.ratePerSecond} events per second are wanted`);
}

async function reportNow(state: State): Promise<void> {
  const { clock, report } = state.options;
  await state.store?.report({ service: 'generator', atMs: clock.nowMs(), report: report(wantedBy(state)) });
}

async function attempt(state: State, act: () => Promise<void>): Promise<void> {
  try {
    await act();
    if (state.troubled) state.options.say('the serving store answers again');
    state.troubled = false;
  } catch (error) {
    const meanwhile = state.wanted === undefined ? 'waiting for it' : 'going on without it';
    if (!state.troubled) state.options.say(`the serving store does not answer, ${meanwhile}: ${describeError(error)}`);
    state.troubled = true;
  }
}

function signal(): [raised: Promise<void>, raise: () => void] {
  let raise = () => {};
  const raised = new Promise<void>((resolve) => {
    raise = resolve;
  });
  return [raised, raise];
}
