/** Rules 1 to 4: a slice's key, take-over and commit, writes in doubt, and who writes which column of the head. */
import { architectures } from '../runs.js';
import type { Mutation } from './mutation.js';

const commit = 'src/serving/commit.ts';
const stream = 'src/serving/fold-stream.ts';
const store = 'src/runtimes/memory/serving-store.ts';

export const commitMutations: readonly Mutation[] = [
  {
    name: 'slice-key-without-epoch',
    rule: 1,
    breaks: 'slices of all epochs are kept under one key',
    in: architectures,
    edits: [
      {
        file: store,
        find: '`${incarnation}/${question}/${number}/${epoch}`',
        replace: '`${incarnation}/${question}/${number}`',
      },
    ],
  },
  {
    name: 'slice-key-without-incarnation',
    rule: 1,
    breaks: 'a version writes its slices over those of another one',
    in: architectures,
    edits: [
      {
        file: store,
        find: '`${incarnation}/${question}/${number}/${epoch}`',
        replace: '`${question}/${number}/${epoch}`',
      },
    ],
  },
  {
    name: 'commit-without-epoch',
    rule: 2,
    breaks: 'a commit looks at the number only, so a writer that was replaced may still commit',
    in: architectures,
    edits: [
      {
        file: commit,
        find: 'const mine = { incarnation, epoch, number: writer.number };',
        replace: 'const mine = { incarnation, number: writer.number };',
      },
    ],
  },
  {
    name: 'commit-without-epoch-and-number',
    rule: 2,
    breaks: 'a commit looks at nothing but the version',
    in: architectures,
    edits: [
      {
        file: commit,
        find: 'const mine = { incarnation, epoch, number: writer.number };',
        replace: 'const mine = { incarnation };',
      },
    ],
  },
  {
    name: 'take-over-without-number',
    rule: 2,
    breaks: 'a take-over looks at the epoch only: what was committed meanwhile counts as the new writer’s',
    in: architectures,
    edits: [
      {
        file: commit,
        find: "status: 'ready', epoch: head.epoch, number: head.number }",
        replace: "status: 'ready', epoch: head.epoch }",
      },
    ],
  },
  {
    name: 'take-over-without-epoch',
    rule: 2,
    breaks: 'a take-over looks at the number only: two writers have one epoch',
    in: architectures,
    edits: [
      {
        file: commit,
        find: "status: 'ready', epoch: head.epoch, number: head.number }",
        replace: "status: 'ready', number: head.number }",
      },
    ],
  },
  {
    name: 'segments-forgotten',
    rule: 2,
    breaks: 'after a take-over the head no longer says whose the slices before it are',
    in: architectures,
    edits: [
      {
        file: 'src/serving/head.ts',
        find: 'return [...head.segments.slice(Math.max(needed, 0)), { epoch, after: head.number }];',
        replace: 'return [{ epoch, after: head.number }];',
      },
    ],
  },
  {
    name: 'commit-in-doubt-planned-again',
    rule: 3,
    breaks: 'after a commit in doubt the same writer plans the slice again, under the same key',
    in: architectures,
    edits: [
      {
        file: stream,
        find: '  await using reader = await ports.log.read(writer.position);',
        replace: '  let reader = await ports.log.read(writer.position);',
      },
      {
        file: stream,
        find: '      writer = await committing;',
        replace: `    try {
      writer = await committing;
    } catch (error) {
      if (error.detail?.outcome !== 'in-doubt') throw error;
      reader = await ports.log.read(writer.position);
      folded = writer.position;
      committing = Promise.resolve(writer);
      continue;
    }`,
      },
    ],
  },
  {
    name: 'commit-that-failed-is-passed-over',
    rule: 3,
    breaks: 'the slice that was folded meanwhile is written although the commit before it failed',
    in: architectures,
    edits: [
      {
        file: stream,
        find: '      writer = await committing;',
        replace: '      writer = await committing.catch(() => writer);',
      },
    ],
  },
  {
    name: 'take-over-in-doubt-taken-for-done',
    rule: 3,
    breaks: 'a writer whose take-over is in doubt goes on as if it had the epoch',
    in: architectures,
    edits: [
      {
        file: commit,
        find: '  mustApply(outcome, `take over ${pipeline} as epoch ${epoch}`);',
        replace: "  if (outcome === 'refused') mustApply(outcome, 'take over');",
      },
    ],
  },
  {
    name: 'heads-not-read-serially',
    unfound:
      'there is one replica, so a read never goes back, and whoever decides on what it read does so by a conditional write, which finishes what is under way first',
    rule: 3,
    breaks: 'a read of the heads does not finish a write that timed out',
    in: architectures,
    edits: [
      {
        file: store,
        find: 'readHeads: () => effect(() => serialRead(world.heads)),',
        replace: 'readHeads: () => effect(() => world.heads.value),',
      },
    ],
  },
  {
    name: 'publish-writes-the-segments',
    rule: 4,
    breaks: 'the base maker writes back a column of the stream job’s, as it has read it',
    in: architectures,
    edits: [
      {
        file: 'src/serving/publish.ts',
        find: '  return store.changeHead(pipeline, { incarnation, baseId: oldBaseId, foldId: oldFoldId }, change);',
        replace: `  return store.readHeads().then(({ heads }) => {
    const { segments } = heads.get(pipeline);
    return store.changeHead(pipeline, { incarnation, baseId: oldBaseId, foldId: oldFoldId }, { ...change, segments });
  });`,
      },
    ],
  },
  {
    name: 'take-over-writes-the-base',
    rule: 4,
    breaks: 'a writer that takes over writes back columns of the base maker’s, as it has read them',
    in: architectures,
    edits: [
      {
        file: commit,
        find: '    { epoch, segments: segmentsAfterTakeOver(head, epoch) },',
        replace: `    {
      ...{ epoch, segments: segmentsAfterTakeOver(head, epoch) },
      ...{ baseId: head.baseId, baseNumber: head.baseNumber, baseCut: head.baseCut },
    },`,
      },
    ],
  },
];
