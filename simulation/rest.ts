/**
 * What must hold of a simulated lab once nothing goes wrong any more: every version answers exactly, what is served is
 * what is true, what a base covers is gone, and nothing is left of the versions that are gone.
 */
import { deadLettersFrom } from '../src/checker/dead-letters.js';
import { equal } from '../src/positions/position.js';
import { endOfLog, type World } from '../src/runtimes/memory/world.js';
import type { Head } from '../src/serving/head.js';
import { retire } from '../src/serving/publish.js';
import { readAnswerAt } from '../src/serving/read-answer.js';
import { servedTable, viewFaces, viewVersion } from '../src/serving/served-view.js';
import { isWhole } from '../src/versions/versions.js';
import { flawOfDeadLetters } from './oracle.js';
import { archived } from './retention.js';
import type { SimulatedLab } from './simulated-lab.js';

export function headsOf(world: World): readonly Head[] {
  return [...world.heads.value.heads.values()];
}

/** Whether a version is there and covers the log. One that is being dropped is waited for; one that lost its past is not. */
export function isCaughtUp(world: World, head: Head, isLost: boolean): boolean {
  return head.status === 'ready' && isWhole(head) && (isLost || equal(head.position, endOfLog(world)));
}

/** Whether what is served is the live version's newest answer and its truth, and nothing else is served. */
export function isServed({ world, settings }: SimulatedLab): boolean {
  if (!settings.views) return true;
  const { heads, live, generation } = world.heads.value;
  const head = heads.get(live)!;
  const version = viewVersion(generation, head.number, head.baseNumber);
  // Where the log has lost its beginning a truth may be lost with it.
  const faces = settings.retention === 'none' ? viewFaces : (['answer'] as const);
  const wanted = head.questions.flatMap((question) => faces.map((face) => `${servedTable(question)}/${face}`));
  const tables = new Set(head.questions.map(servedTable));
  const others = [...world.views].filter(([key]) => !tables.has(key.split('/')[0]!));
  const areThere = wanted.every((key) => world.views.get(key)?.version === version);
  return areThere && others.every(([, view]) => view.rows.length === 0);
}

/** What is wrong with a lab at rest. */
export async function flawAtRest(lab: SimulatedLab): Promise<string | undefined> {
  const { world, judge } = lab;
  for (const [key, view] of world.views) judge.view(key, view);
  if (judge.violation !== undefined) return judge.violation;
  return (await flawOfVersions(lab)) ?? (await flawOfBounds(lab)) ?? flawOfSilence(lab);
}

/** Every version answers, not only the live one. */
async function flawOfVersions(lab: SimulatedLab): Promise<string | undefined> {
  let flaw: string | undefined;
  await lab.once('judge', async (process) => {
    const store = lab.openStore(process);
    const heads = await store.readHeads();
    for (const { pipeline, position, questions } of heads.heads.values()) {
      for (const { name } of questions) {
        const answer = await readAnswerAt(store, { ...heads, live: pipeline }, name);
        if ('unknown' in answer) flaw ??= `UNKNOWN: ${answer.unknown}`;
        else if (!equal(answer.position, position))
          flaw ??= `FORWARD: ${answer.position} where ${position} is the head`;
        else flaw ??= lab.judge.flawOfAnswer(answer);
      }
    }
  });
  return flaw;
}

/** A base maker that was killed may have published and not retired; the next base's retiring does it, here as well. */
async function flawOfBounds(lab: SimulatedLab): Promise<string | undefined> {
  const { world } = lab;
  await lab.once('retire', async (process) => {
    for (const { pipeline, questions } of headsOf(world)) await retire(lab.openStore(process), pipeline, questions);
  });
  for (const { pipeline, incarnation, baseId, baseNumber } of headsOf(world)) {
    const slice = [...world.slices.values()].find((one) => one.incarnation === incarnation && one.number <= baseNumber);
    if (slice !== undefined) return `UNBOUNDED: slice ${slice.number} of ${pipeline} is in base ${baseId}`;
    const base = [...world.bases.values()].find(
      (one) => one.incarnation === incarnation && one.kind === 'base' && one.id < baseId,
    );
    if (base !== undefined) return `UNBOUNDED: base ${base.id} of ${pipeline} is older than ${baseId}`;
  }
  return undefined;
}

/** Each broken message that somebody counted is kept; where the log lost its beginning nobody may have counted all. */
function flawOfSilence({ world, judge, settings }: SimulatedLab): string | undefined {
  if (settings.retention !== 'none') return undefined;
  const places = world.deadLetters.map(({ partition, offset }) => `${partition}:${offset}`);
  return flawOfDeadLetters(judge.known, deadLettersFrom(places, judge.known.length));
}

/** The incarnations of what is stored and belongs to no head. */
export function orphans(world: World): readonly number[] {
  const kept = new Set(headsOf(world).map(({ incarnation }) => incarnation));
  const stored = [world.slices, world.bases, world.truths].flatMap((rows) =>
    [...rows.values()].map(({ incarnation }) => incarnation),
  );
  return [...new Set(stored.filter((incarnation) => !kept.has(incarnation)))];
}

/** For the report of a run that did not come to rest. */
export function stateOf(lab: SimulatedLab, beside: (head: Head) => string = () => ''): string {
  const { world } = lab;
  const { live, generation } = world.heads.value;
  const states = headsOf(world).map((head) => {
    const { pipeline, incarnation, status, position, number, baseCut, baseNumber } = head;
    const base = `base up to ${baseNumber} at ${baseCut}`;
    return `${pipeline} (${incarnation}, ${status}${beside(head)}) at ${position}, slice ${number}, ${base}`;
  });
  const inFiles = world.log.starts.map((_, partition) => archived(world, partition).until);
  const views = [...world.views].map(([key, view]) => `${key} ${view.version}`);
  return [
    `${live} is live in generation ${generation}`,
    ...states,
    `log from ${world.log.starts} to ${endOfLog(world)}, archived up to ${inFiles}`,
    `orphans ${orphans(world)}`,
    `views ${isServed(lab) ? 'served' : views.join(' ')}`,
  ].join('; ');
}
