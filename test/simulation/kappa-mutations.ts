/**
 * Rules of versions, each broken on purpose: what a process then gets in place of the store (protocol rule 10).
 * A simulation that did not find the harm of these would prove nothing.
 */
import type { Mutation } from './simulated-lab.js';

const switchesAnywhere: Mutation = (store) => ({
  ...store,
  // Demands what a forced switch demands, and says that it was none.
  switchLive: (step) => store.switchLive({ ...step, back: true, forced: step.forced - (step.back ? 0 : 1) }),
});

const dropsTheLiveOne: Mutation = (store) => ({
  ...store,
  dropHead: ({ pipeline, incarnation }) =>
    store.changeHead(pipeline, { incarnation, status: 'ready' }, { status: 'dropping' }),
});

const sweepsTheUnknown: Mutation = (store, process) =>
  process.name !== 'compactor'
    ? store
    : { ...store, readHeads: async () => ({ ...(await store.readHeads()), nextIncarnation: Number.MAX_SAFE_INTEGER }) };

const numbersByName: Mutation = (store, _, world) => ({
  ...store,
  addHead: async (head) => {
    const outcome = await store.addHead(head);
    const { value } = world.heads;
    const added = value.heads.get(head.pipeline);
    if (added?.incarnation !== head.incarnation) return outcome;
    const incarnation = Number(head.pipeline.split('-')[1]);
    const heads = new Map(value.heads).set(head.pipeline, { ...added, incarnation });
    world.heads.value = { ...value, heads, nextIncarnation: Math.max(value.nextIncarnation, incarnation + 1) };
    return outcome;
  },
});

const readsTwice: Mutation = (store, process) =>
  !process.name.startsWith('reader')
    ? store
    : {
        ...store,
        readHeads: async () => {
          const { heads } = await store.readHeads();
          return { ...(await store.readHeads()), heads };
        },
      };

export const brokenRules: Readonly<Record<string, Mutation>> = {
  'a switch does not demand that the old version stands where it was read': switchesAnywhere,
  'a drop does not look at who is live': dropsTheLiveOne,
  'a sweeper deletes what it does not know, whatever the counter was': sweepsTheUnknown,
  'incarnation numbers are used again': numbersByName,
  'a reader reads the live pointer and the heads in two reads': readsTwice,
};
