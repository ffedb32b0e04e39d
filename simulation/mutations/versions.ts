/** Rules 10 and 16: switching, dropping, sweeping, numbers of versions, and what else touches conditional rows. */
import { architectures } from '../runs.js';
import type { Mutation } from './mutation.js';

const store = 'src/runtimes/memory/serving-store.ts';
const headsRow = 'src/runtimes/heads-row.ts';
const versions = 'src/versions/versions.ts';

export const versionMutations: readonly Mutation[] = [
  {
    name: 'live-and-heads-in-two-reads',
    rule: 10,
    breaks: 'a reader reads the live pointer and the heads one after the other',
    in: architectures,
    edits: [
      {
        file: 'src/serving/read-answer.ts',
        find: '    const heads = await store.readHeads();\n    const answer',
        replace:
          '    const { heads: first } = await store.readHeads();\n    const heads = { ...(await store.readHeads()), heads: first };\n    const answer',
      },
    ],
  },
  {
    name: 'switch-checked-then-written',
    rule: 10,
    breaks: 'a switch does not demand that the old version still stands where it was read',
    in: architectures,
    edits: [
      {
        file: headsRow,
        find: 'const stands = back ? { incarnation: from.incarnation } : { incarnation: from.incarnation, position: from.position };',
        replace: 'const stands = { incarnation: from.incarnation };',
      },
    ],
  },
  {
    name: 'switch-to-what-lags',
    rule: 10,
    breaks: 'a switch does not ask whether the new version covers the old one',
    in: architectures,
    edits: [
      {
        file: versions,
        find: "if (covers(next.position, old.position)) return 'forward';",
        replace: "return 'forward';",
      },
    ],
  },
  {
    name: 'switch-to-what-is-not-whole',
    rule: 10,
    breaks: 'readers are moved to a version that waits for its first base',
    in: ['lambda'],
    edits: [{ file: versions, find: '  if (!isWhole(next)) return undefined;\n', replace: '' }],
  },
  {
    name: 'switch-to-what-is-dropped',
    rule: 10,
    breaks: 'a switch does not demand that the new version is ready',
    in: architectures,
    edits: [
      {
        file: headsRow,
        find: "holds(next, { incarnation: to.incarnation, status: 'ready' })",
        replace: 'holds(next, { incarnation: to.incarnation })',
      },
    ],
  },
  {
    name: 'drop-checked-then-written',
    rule: 10,
    breaks: 'a drop does not demand that the version is still not live',
    in: architectures,
    edits: [
      {
        file: headsRow,
        find: '  if (row.live !== live || row.generation !== generation) return undefined;\n',
        replace: '',
      },
    ],
  },
  {
    name: 'incarnation-used-again',
    rule: 10,
    breaks: 'a version has the number of its name, as one before it had',
    in: architectures,
    edits: [
      {
        file: 'src/versions/change-versions.ts',
        find: '    const incarnation = heads.nextIncarnation;',
        replace: "    const incarnation = Number(head.pipeline.split('-')[1]);",
      },
      {
        file: headsRow,
        find: 'row.nextIncarnation !== head.incarnation || row.heads.has(head.pipeline)',
        replace: 'row.heads.has(head.pipeline)',
      },
      {
        file: headsRow,
        find: 'nextIncarnation: head.incarnation + 1, heads: new Map(row.heads)',
        replace: 'nextIncarnation: Math.max(row.nextIncarnation, head.incarnation + 1), heads: new Map(row.heads)',
      },
    ],
  },
  {
    name: 'sweep-above-the-counter',
    rule: 10,
    breaks: 'a sweeper removes what it does not know, also of a version that was added since it looked',
    in: architectures,
    edits: [
      {
        file: 'src/versions/sweep.ts',
        find: 'if (part.incarnation < nextIncarnation && !kept',
        replace: 'if (!kept',
      },
    ],
  },
  {
    name: 'head-changed-by-a-plain-write',
    rule: 16,
    breaks: 'a base is published by a plain write after a look, which may come late, or twice',
    in: architectures,
    edits: [
      {
        file: store,
        find: `    changeHead: (pipeline, expected, change) =>
      effect(() =>`,
        replace: `    changeHead: (pipeline, expected, change) =>
      'baseId' in change
      ? effect(() => withHeadChanged(world.heads.value, pipeline, expected, {}) !== undefined).then((mayWrite) => mayWrite ? write(() => {
          const row = serialRead(world.heads);
          const head = row.heads.get(pipeline);
          if (head !== undefined) world.heads.value = { ...row, heads: new Map(row.heads).set(pipeline, { ...head, ...change }) };
          return 'applied';
        }) : 'refused')
      : effect(() =>`,
      },
    ],
  },
];
