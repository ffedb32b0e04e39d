/** What the page knows: the last of each part that the console sent, and how the stream stands. */
import type { ActionView } from '../actions.js';
import type { AnswerView } from '../answers.js';
import { type History, withMark, withPoint } from '../history.js';
import type { MachineView } from '../model.js';
import type { Standing, StreamEvents } from './stream.js';

export interface PageState {
  standing: Standing;
  /** When something last came, by this page's clock. */
  heardMs: number | undefined;
  server: string | undefined;
  version: string;
  machine: MachineView | undefined;
  answers: readonly AnswerView[];
  actions: readonly ActionView[];
  history: History;
  /** The console's time, as it said it last. */
  beatMs: number;
  /** The question that the charts show. */
  chosen: string | undefined;
}

export function newState(): PageState {
  return {
    standing: { state: 'connecting' },
    heardMs: undefined,
    server: undefined,
    version: '',
    machine: undefined,
    answers: [],
    actions: [],
    history: { sinceMs: 0, series: [], marks: [] },
    beatMs: 0,
    chosen: undefined,
  };
}

/** Takes in one event. */
export function takeIn<Name extends keyof StreamEvents>(state: PageState, name: Name, data: StreamEvents[Name]): void {
  state.heardMs = Date.now();
  take[name](state, data as never);
}

const take: { readonly [Name in keyof StreamEvents]: (state: PageState, data: StreamEvents[Name]) => void } = {
  welcome(state, { server, version, machine, answers, actions, history }) {
    Object.assign(state, { server, version, machine, answers, actions, history });
  },
  machine(state, machine) {
    state.machine = machine;
  },
  answers(state, { answers, points }) {
    state.answers = answers;
    for (const { question, sum, point } of points) state.history = withPoint(state.history, question, sum, point);
  },
  actions(state, actions) {
    state.actions = actions;
  },
  mark(state, mark) {
    state.history = withMark(state.history, mark);
  },
  beat(state, beatMs) {
    state.beatMs = beatMs;
  },
  full() {},
};

/** Longer than this without a look, and what is shown is not of now. */
const lookMsMax = 8_000;

/** For how long the lab has not answered the console; undefined where it does. */
export function silentMs({ machine, beatMs }: PageState): number | undefined {
  const silent = machine === undefined ? 0 : beatMs - machine.atMs;
  return silent > lookMsMax ? silent : undefined;
}
