/**
 * What the console's buttons ask for, parsed at the edge, and what became of it. Each runs the function that the command of
 * the same name runs. Bounded: so many at once, and so many remembered.
 */
import { z } from 'zod';
import { describeError, LabError, suggestionFor } from '../errors.js';
import type { LabName } from '../resources.js';
import type { Clock } from '../runtimes/ports.js';

const version = z.string().min(1).max(40);

/** A button's wish. `start` is `replay` in a Kappa lab and `change` in a Lambda lab; `questions` is a file's text. */
export const actionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('rate'), rate: z.number().min(0).max(10_000_000) }),
  z.strictObject({ action: z.literal('pause') }),
  z.strictObject({ action: z.literal('resume') }),
  z.strictObject({ action: z.literal('batch') }),
  z.strictObject({ action: z.literal('start'), as: version, questions: z.string().max(48_000).optional() }),
  z.strictObject({ action: z.literal('switch'), version, force: z.boolean().default(false) }),
  z.strictObject({ action: z.literal('rollback') }),
  z.strictObject({ action: z.literal('drop'), version }),
]);
export type Action = z.output<typeof actionSchema>;

/** What became of a button that was pressed. */
export interface ActionView {
  readonly id: number;
  readonly action: Action['action'];
  readonly atMs: number;
  readonly state: 'running' | 'done' | 'failed';
  /** What it is doing, has done, or why it failed. */
  readonly text: string;
  readonly suggestion: string | null;
  readonly tookMs: number | null;
}

/** Does what a button asks for. Answers with the command's text; throws as the command does. */
export type Perform = (action: Action, say: (text: string) => void) => Promise<string>;

export interface ActionBoard {
  /** Begins an action. Throws `unavailable` when too many run. */
  readonly begin: (action: Action) => ActionView;
  readonly shown: () => readonly ActionView[];
}

const runningMax = 4;
const shownMax = 20;

/** `changed` is called after each step of an action. */
export function actionBoard(
  perform: Perform,
  clock: Pick<Clock, 'nowMs'>,
  lab: LabName,
  changed: () => void,
): ActionBoard {
  let views: readonly ActionView[] = [];
  let next = 1;
  const put = (view: ActionView) => {
    views = [view, ...views.filter(({ id }) => id !== view.id)].sort((a, b) => b.id - a.id).slice(0, shownMax);
    changed();
  };
  const run = async (action: Action, began: ActionView) => {
    const ended = (rest: Pick<ActionView, 'state' | 'text' | 'suggestion'>) =>
      put({ ...began, ...rest, tookMs: clock.nowMs() - began.atMs });
    try {
      const text = await perform(action, (line) => put({ ...began, text: line.trim() }));
      ended({ state: 'done', text, suggestion: null });
    } catch (error) {
      const suggestion = error instanceof LabError ? (suggestionFor(error, lab) ?? null) : null;
      ended({ state: 'failed', text: describeError(error), suggestion });
    }
  };
  return {
    begin(action) {
      if (views.filter(({ state }) => state === 'running').length >= runningMax) throw tooMany();
      const { action: name } = action;
      const atMs = clock.nowMs();
      const view: ActionView = {
        id: next++,
        action: name,
        atMs,
        state: 'running',
        text: '',
        suggestion: null,
        tookMs: null,
      };
      put(view);
      void run(action, view);
      return view;
    },
    shown: () => views,
  };
}

function tooMany(): LabError {
  return new LabError(`${runningMax} actions are running already`, {
    kind: 'unavailable',
    suggestion: 'wait until one of them has ended',
  });
}
