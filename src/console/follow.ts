/**
 * Follows a lab for the console: looks at its machinery twice a second, reads its answers once a second, both less often
 * while nobody looks, and tells the hub.
 * A lab that cannot be asked is told as a problem beside what was last seen, never as numbers of now.
 */
import { describeError, LabError, suggestionFor } from '../errors.js';
import type { Question } from '../questions/question.js';
import type { LabName } from '../resources.js';
import type { Clock } from '../runtimes/ports.js';
import type { ServiceScope } from '../runtimes/service-scope.js';
import type { Heads } from '../serving/head.js';
import { versionOf } from '../versions/versions.js';
import { type ActionBoard, actionBoard, type Perform } from './actions.js';
import { type AnswerRead, type AnswerView, answerView, pointOf } from './answers.js';
import { emptyHistory, type History, markOf, type Standing, withMark, withPoint } from './history.js';
import { type Hub, type NewPoint, openHub } from './hub.js';
import { type LabSeen, type MachineView, type SeenView, viewOf } from './model.js';
import { type LogSizes, rememberSize } from './speed.js';

/** A lab as the console reads it, and what its buttons do there. */
export interface ConsoleLab {
  readonly lab: LabName;
  readonly runtime: 'docker' | 'embedded';
  /** One look at the machinery. Throws where the serving store does not answer. */
  readonly look: () => Promise<LabSeen>;
  /** One question's answer with its truth, as `query` reads it. */
  readonly read: (question: Question) => Promise<AnswerRead>;
  readonly perform: Perform;
  /** Keeps what a look came to, where somebody draws it over time. Throws where that cannot be stored. */
  readonly record?: (view: SeenView, heads: Heads) => Promise<void>;
}

/** What is known of a lab now, kept up to date while `run` runs. */
export interface Followed {
  readonly hub: Hub;
  readonly actions: ActionBoard;
  readonly run: (scope: ServiceScope) => Promise<void>;
}

/** With and without somebody who looks. */
const machineEveryMs = { watched: 500, alone: 2_000 };
const answersEveryMs = { watched: 1_000, alone: 2_000 };
const beatEveryMs = 2_000;

interface Known {
  machine: MachineView;
  answers: readonly AnswerView[];
  questions: readonly Question[];
  history: History;
  sizes: LogSizes;
  standing: Standing | undefined;
  /** Why the last look was not kept for charts. */
  unrecorded: string | undefined;
}

export interface FollowOptions {
  readonly lab: ConsoleLab;
  readonly clock: Clock;
  /** Names this run. */
  readonly server: string;
  readonly version: string;
}

export function followLab({ lab, clock, server, version }: FollowOptions): Followed {
  const began = clock.nowMs();
  const known: Known = {
    machine: { lab: lab.lab, runtime: lab.runtime, atMs: began, problem: 'the lab has not been asked yet', seen: null },
    answers: [],
    questions: [],
    history: emptyHistory(began),
    sizes: [],
    standing: undefined,
    unrecorded: undefined,
  };
  const hub = openHub(() => {
    const { machine, answers, history } = known;
    return { server, version, machine, answers, actions: actions.shown(), history };
  });
  const actions = actionBoard(lab.perform, clock, lab.lab, () => hub.tell('actions', actions.shown()));
  const pace = (every: typeof machineEveryMs) => (hub.clients() > 0 ? every.watched : every.alone);
  return {
    hub,
    actions,
    async run({ stop, say }) {
      const machinery = async () => {
        while (!stop.aborted) {
          await lookOnce(lab, clock, known, hub, say);
          await clock.sleep(pace(machineEveryMs));
        }
      };
      const answers = async () => {
        while (!stop.aborted) {
          await readOnce(lab, clock, known, hub, stop);
          await clock.sleep(pace(answersEveryMs));
        }
      };
      const beats = async () => {
        while (!stop.aborted) {
          hub.tell('beat', clock.nowMs());
          await clock.sleep(beatEveryMs);
        }
      };
      await Promise.all([machinery(), answers(), beats()]);
    },
  };
}

async function lookOnce(
  lab: ConsoleLab,
  clock: Clock,
  known: Known,
  hub: Hub,
  say: (line: string) => void,
): Promise<void> {
  try {
    const seen = await lab.look();
    known.sizes = rememberSize(known.sizes, seen);
    known.questions = seen.heads.heads.get(seen.heads.live)?.questions ?? [];
    markSteps(lab.lab, known, seen, hub);
    const view = viewOf(seen, known.sizes);
    known.machine = { ...known.machine, atMs: clock.nowMs(), problem: null, seen: view };
    hub.tell('machine', known.machine);
    await record(lab, known, view, seen.heads, say);
    return;
  } catch (error) {
    const problem = problemText(error, lab.lab);
    if (known.machine.problem !== problem) say(problem);
    known.machine = { ...known.machine, atMs: clock.nowMs(), problem };
    known.sizes = [];
  }
  hub.tell('machine', known.machine);
}

/** What cannot be kept is missing in a chart and nowhere else: the look is told all the same. */
async function record(
  { lab, record: keep }: ConsoleLab,
  known: Known,
  view: SeenView,
  heads: Heads,
  say: (line: string) => void,
): Promise<void> {
  const failure = await keep?.(view, heads).then(
    () => undefined,
    (error: unknown) => `keeps no figures: ${problemText(error, lab)}`,
  );
  if (failure !== undefined && failure !== known.unrecorded) say(failure);
  known.unrecorded = failure;
}

/** One question after the other: a lab with many is read no faster than it answers. */
async function readOnce(lab: ConsoleLab, clock: Clock, known: Known, hub: Hub, stop: AbortSignal): Promise<void> {
  const views: AnswerView[] = [];
  const points: NewPoint[] = [];
  for (const question of known.questions) {
    if (stop.aborted) return;
    const read = await lab.read(question).catch((error: unknown): AnswerRead => {
      return { question, atMs: clock.nowMs(), answer: null, unknown: problemText(error, lab.lab) };
    });
    const view = answerView(read);
    const point = pointOf(view);
    views.push(view);
    if (point === null) continue;
    known.history = withPoint(known.history, question.name, view.charted!.sum, point);
    points.push({ question: question.name, sum: view.charted!.sum, point });
  }
  known.answers = views;
  hub.tell('answers', { answers: views, points });
}

function markSteps(lab: LabName, known: Known, { atMs, heads }: LabSeen, hub: Hub): void {
  const head = heads.heads.get(heads.live);
  if (head === undefined) return;
  // Kappa folds slices into a base every few seconds: marks of that would hide the rest.
  const baseId = lab === 'lambda' ? head.baseId : 0;
  const now = { live: heads.live, generation: heads.generation, baseId };
  const text = known.standing === undefined ? undefined : markOf(known.standing, now, versionOf);
  known.standing = now;
  if (text === undefined) return;
  const mark = { atMs, text };
  known.history = withMark(known.history, mark);
  hub.tell('mark', mark);
}

function problemText(error: unknown, lab: LabName): string {
  const suggestion = error instanceof LabError ? suggestionFor(error, lab) : undefined;
  return suggestion === undefined ? describeError(error) : `${describeError(error)} Try: ${suggestion}`;
}
