/** What holds of the live pointer and of which pipelines there are, on any runtime (protocol rule 10). */
import { expect } from 'vitest';
import type { HeadColumns, LiveSwitch } from '../../src/runtimes/ports.js';
import { newHead } from '../../src/serving/head.js';
import { type Fact, type FreshStore, firstPosition, servedQuestions } from './fresh-store.js';
import { headOf } from './serving-store-heads.js';

/** Adds a second pipeline, of incarnation 2, which is ready. */
async function withSecond({ store, pipeline }: FreshStore) {
  const second = newHead(`${pipeline}-second`, 2, firstPosition, servedQuestions);
  expect(await store.addHead(second)).toBe('applied');
  return second;
}

/** The step from the first pipeline to the second, taken at the beginning. */
const stepOf = (pipeline: string, change: Partial<LiveSwitch> = {}): LiveSwitch => ({
  from: { pipeline, incarnation: 1, position: firstPosition },
  ...{ generation: 1, forced: 0, back: false },
  to: { pipeline: `${pipeline}-second`, incarnation: 2 },
  ...change,
});

export function statesVersions(fact: Fact): void {
  fact('adds a pipeline under the next incarnation and a free name, and only so', async (fresh) => {
    const { store, pipeline } = fresh;
    const questions = [{ ...servedQuestions[0]!, asks: `"What's" \\ \u00e9 \u{1f600}?` }];
    const second = newHead(`${pipeline}-second`, 2, [5, 6], questions);
    for (const incarnation of [1, 3]) expect(await store.addHead({ ...second, incarnation })).toBe('refused');
    expect(await store.addHead({ ...second, pipeline })).toBe('refused');
    expect(await store.addHead(second)).toBe('applied');
    expect(await store.addHead(second)).toBe('refused');
    expect(await store.addHead({ ...second, incarnation: 3 })).toBe('refused');
    expect(await headOf(fresh, second.pipeline)).toEqual(second);
    expect(await store.readHeads()).toMatchObject({ live: pipeline, generation: 1, nextIncarnation: 3 });
  });

  fact('moves readers to a pipeline that is ready, a generation further', async (fresh) => {
    const { store, pipeline } = fresh;
    const second = await withSecond(fresh);
    expect(await store.switchLive(stepOf(pipeline))).toBe('applied');
    const { heads, ...pointer } = await store.readHeads();
    expect(pointer).toEqual({
      ...{ live: second.pipeline, previous: pipeline, generation: 2, forced: 0, nextIncarnation: 3 },
    });
    expect(heads.get(second.pipeline)).toEqual(second);
    expect(heads.get(pipeline)!.incarnation).toBe(1);
    expect(await store.switchLive(stepOf(pipeline)), 'the same step again').toBe('refused');
  });

  fact('refuses a step of the live pointer when anything that it was decided on has changed', async (fresh) => {
    const { store, pipeline } = fresh;
    const second = await withSecond(fresh);
    const from = { pipeline, incarnation: 1, position: firstPosition };
    const refused: Readonly<Record<string, Partial<LiveSwitch>>> = {
      'another generation': { generation: 2 },
      'another is live': { from: { ...second } },
      'the live one was made anew': { from: { ...from, incarnation: 5 } },
      'the live one stands elsewhere': { from: { ...from, position: [3, 1] } },
      'the next one was made anew': { to: { pipeline: second.pipeline, incarnation: 3 } },
      'the next one is gone': { to: { pipeline: `${pipeline}-none`, incarnation: 2 } },
    };
    for (const [why, change] of Object.entries(refused)) {
      expect(await store.switchLive(stepOf(pipeline, change)), why).toBe('refused');
    }
    await store.changeHead(second.pipeline, { incarnation: 2 }, { status: 'dropping' });
    expect(await store.switchLive(stepOf(pipeline)), 'the next one is being dropped').toBe('refused');
    expect(await store.readHeads()).toMatchObject({ live: pipeline, previous: null, generation: 1, forced: 0 });
    expect([...(await store.readHeads()).heads.keys()].sort()).toEqual([pipeline, second.pipeline]);
  });

  fact('lets readers go back wherever the live one stands, and counts that', async (fresh) => {
    const { store, pipeline } = fresh;
    await withSecond(fresh);
    await store.changeHead(pipeline, { number: 0 }, { number: 1, position: [90, 90] });
    expect(await store.switchLive(stepOf(pipeline))).toBe('refused');
    expect(await store.switchLive(stepOf(pipeline, { back: true }))).toBe('applied');
    expect(await store.readHeads()).toMatchObject({ live: `${pipeline}-second`, generation: 2, forced: 1 });
  });

  fact('marks what is dropped while the other one is live, and removes the head after that only', async (fresh) => {
    const { store, pipeline } = fresh;
    const second = await withSecond(fresh);
    const pointer = { live: pipeline, generation: 1 };
    expect(await store.removeHead(second), 'it is not dropped yet').toBe('refused');
    expect(await store.dropHead(second, { ...pointer, generation: 2 })).toBe('refused');
    expect(await store.dropHead(second, { ...pointer, live: second.pipeline })).toBe('refused');
    expect(await store.dropHead({ ...second, incarnation: 1 }, pointer)).toBe('refused');
    expect(await store.dropHead({ ...second, pipeline: `${pipeline}-none` }, pointer)).toBe('refused');
    expect(await store.dropHead(second, pointer)).toBe('applied');
    expect(await store.dropHead(second, pointer)).toBe('refused');
    expect(await headOf(fresh, second.pipeline)).toEqual({ ...second, status: 'dropping' });
    expect(await store.removeHead({ ...second, incarnation: 1 })).toBe('refused');
    expect(await store.removeHead(second)).toBe('applied');
    expect(await store.removeHead(second)).toBe('refused');
    const { heads, ...after } = await store.readHeads();
    expect([...heads.keys()]).toEqual([pipeline]);
    expect(after).toMatchObject({ ...pointer, nextIncarnation: 3 });
  });

  fact('gives a name again, and its incarnation never', async (fresh) => {
    const { store, pipeline } = fresh;
    const second = await withSecond(fresh);
    await store.dropHead(second, { live: pipeline, generation: 1 });
    await store.removeHead(second);
    expect(await store.addHead(second)).toBe('refused');
    expect(await store.addHead({ ...second, incarnation: 3 })).toBe('applied');
    const late: HeadColumns = { incarnation: 2 };
    expect(await store.changeHead(second.pipeline, late, { number: 1 }), 'a zombie of the old one').toBe('refused');
  });
}
