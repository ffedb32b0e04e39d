/**
 * What must hold of the simulated Kappa lab once nothing goes wrong any more: every version covers the log and answers
 * exactly, its slices are few, and nothing is left of the versions that are gone.
 */
import { equal } from '../../src/positions/position.js';
import { endOfLog, type World } from '../../src/runtimes/memory/world.js';
import { type Head, mergedNumber } from '../../src/serving/head.js';
import { retire } from '../../src/serving/publish.js';
import { readAnswerAt } from '../../src/serving/read-answer.js';
import { flawOfAnswer, flawOfDeadLetters } from './oracle.js';
import type { SimulatedLab } from './simulated-lab.js';

/** Whether all versions are there and whole. One that is being dropped is waited for, as is what it stored. */
export function isAtRest(world: World, slicesPerBase: number): boolean {
  const { heads } = world.heads.value;
  const end = endOfLog(world);
  const isSettled = (head: Head) =>
    head.status === 'ready' && equal(head.position, end) && head.number - mergedNumber(head) < slicesPerBase;
  return [...heads.values()].every(isSettled) && orphans(world).length === 0;
}

/** For the report of a run that did not come to rest. */
export function stateOf(world: World): string {
  const { heads, live } = world.heads.value;
  const states = [...heads.values()].map(
    ({ pipeline, incarnation, status, position, number, baseNumber }) =>
      `${pipeline} (${incarnation}, ${status}) at ${position}, slice ${number}, base up to ${baseNumber}`,
  );
  return `${live} is live; ${states.join('; ')}; log at ${endOfLog(world)}; orphans ${[...new Set(orphans(world))]}`;
}

/** What is wrong with a lab at rest. */
export async function flawAtRest(lab: SimulatedLab): Promise<string | undefined> {
  const { world, known } = lab;
  const { heads, live } = world.heads.value;
  if (heads.get(live)?.status !== 'ready') return `LIVE: ${live} is live and ${heads.get(live)?.status ?? 'gone'}`;
  return (await flawOfVersions(lab)) ?? (await flawOfBounds(lab)) ?? flawOfDeadLetters(known, world.deadLetters);
}

/** Every version answers, not only the live one. */
export async function flawOfVersions(lab: SimulatedLab): Promise<string | undefined> {
  let flaw: string | undefined;
  await lab.once('judge', async (process) => {
    const store = lab.openStore(process);
    const heads = await store.readHeads();
    for (const { pipeline, position, questions } of heads.heads.values()) {
      for (const { name } of questions) {
        const answer = await readAnswerAt(store, { ...heads, live: pipeline }, name);
        if ('unknown' in answer) flaw ??= `UNKNOWN: ${answer.unknown}`;
        else flaw ??= flawOfAnswer(lab.known, answer, { position, forced: heads.forced });
      }
    }
  });
  return flaw;
}

/** A compactor that was killed may have published and not retired; the next base's retiring does it, here as well. */
async function flawOfBounds(lab: SimulatedLab): Promise<string | undefined> {
  const { world } = lab;
  const heads = [...world.heads.value.heads.values()];
  await lab.once('retire', async (process) => {
    for (const { pipeline, questions } of heads) await retire(lab.openStore(process), pipeline, questions);
  });
  for (const { pipeline, incarnation, baseId, baseNumber } of heads) {
    const slice = [...world.slices.values()].find((one) => one.incarnation === incarnation && one.number <= baseNumber);
    if (slice !== undefined) return `UNBOUNDED: slice ${slice.number} of ${pipeline} is in base ${baseId}`;
    const base = [...world.bases.values()].find((one) => one.incarnation === incarnation && one.id < baseId);
    if (base !== undefined) return `UNBOUNDED: base ${base.id} of ${pipeline} is older than ${baseId}`;
  }
  return undefined;
}

/** The incarnations of what is stored and belongs to no head. */
export function orphans(world: World): readonly number[] {
  const kept = new Set([...world.heads.value.heads.values()].map(({ incarnation }) => incarnation));
  const stored = [...world.slices.values(), ...world.bases.values()].map(({ incarnation }) => incarnation);
  return stored.filter((incarnation) => !kept.has(incarnation));
}
