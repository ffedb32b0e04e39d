/** Rules 11 and 14: the bounds of a slice, empty batches, idle jobs, and dead letters. */
import { architectures } from '../runs.js';
import type { Mutation } from './mutation.js';

const stream = 'src/serving/fold-stream.ts';
const letters = 'src/checker/dead-letters.ts';

export const streamMutations: readonly Mutation[] = [
  {
    name: 'bound-of-an-absent-partition',
    rule: 11,
    breaks: 'a partition that a batch lacks gets 0 as its bound',
    in: architectures,
    edits: [
      {
        file: stream,
        find: '  const until = [...from];\n',
        replace:
          '  const until = from.map((offset, i) => (messages.some(({ partition }) => partition === i) ? offset : 0));\n',
      },
    ],
  },
  {
    name: 'empty-batch-is-a-slice',
    rule: 11,
    breaks: 'a slice is committed where nothing has come',
    in: architectures,
    edits: [{ file: stream, find: 'messages.length > 0 ? sliceOf', replace: 'messages.length >= 0 ? sliceOf' }],
  },
  {
    name: 'start-elsewhere-than-at-the-head',
    rule: 11,
    breaks: 'a job begins where the log ends, and does not ask whether that is where its head stands',
    in: architectures,
    edits: [
      {
        file: stream,
        find: 'await ports.log.read(writer.position);',
        replace: 'await ports.log.read(await ports.log.ends());',
      },
      {
        file: stream,
        find: '    if (offset !== until[partition]) {',
        replace: '    if (offset < until[partition]!) {',
      },
    ],
  },
  {
    name: 'idle-job-is-blind',
    rule: 11,
    breaks: 'a job that has nothing to read never looks at the head',
    in: architectures,
    edits: [
      {
        file: stream,
        find: '      } else if (!(await stillOwner(ports.store, writer))) return;',
        replace: '      }',
      },
    ],
  },
  {
    name: 'dead-letters-after-the-commit',
    rule: 14,
    breaks: 'what is rejected is kept after it was counted',
    in: architectures,
    edits: [
      {
        file: stream,
        find: `  if (letters.length > 0) await ports.log.append(letters);
  return commitSlice(ports.store, ports.clock, writer, until, parts);`,
        replace: `  const next = await commitSlice(ports.store, ports.clock, writer, until, parts);
  if (letters.length > 0) await ports.log.append(letters);
  return next;`,
      },
    ],
  },
  {
    name: 'dead-letters-counted-as-messages',
    rule: 14,
    breaks: 'a dead letter that was kept twice counts twice',
    in: architectures,
    edits: [
      { file: letters, find: '() => new Set<number>());', replace: '() => [] as number[]);' },
      { file: letters, find: '    found.add(Number(offset));', replace: '    found.push(Number(offset));' },
    ],
  },
];
