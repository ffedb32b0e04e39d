/** Rules 5 and 6: readers and the cut follow what the head names, and what is missing is looked for again. */
import { architectures } from '../runs.js';
import type { Edit, Mutation } from './mutation.js';

const merge = 'src/serving/merge.ts';

const countsUnchecked: Edit = {
  file: merge,
  find: '  if (messages !== messagesBetween(head.origin, position)) {',
  replace: '  if (messages < 0) {',
};

const chainUnchecked: Edit = {
  file: merge,
  find: '  if (!equal(slice.from, position)) {',
  replace: '  if (slice.number < 0) {',
};

export const answerMutations: readonly Mutation[] = [
  {
    name: 'slices-that-the-head-does-not-name',
    rule: 5,
    breaks: 'readers take the first slice of a number, whoever wrote it',
    in: architectures,
    edits: [
      {
        file: merge,
        find: 'parts.slices.filter((slice) => slice.epoch === epochOf(head, slice.number));',
        replace: 'parts.slices;',
      },
    ],
  },
  {
    name: 'slices-unnamed-and-chain-unchecked',
    rule: 5,
    breaks: 'readers take the first slice of a number, and do not look where it begins',
    in: architectures,
    edits: [
      {
        file: merge,
        find: 'parts.slices.filter((slice) => slice.epoch === epochOf(head, slice.number));',
        replace: 'parts.slices;',
      },
      chainUnchecked,
      countsUnchecked,
      {
        file: merge,
        find: '  if (!equal(position, head.position)) {',
        replace: '  if (head.number < 0) {',
      },
    ],
  },
  {
    name: 'cut-at-an-uncommitted-slice',
    rule: 5,
    breaks: 'the cut is the end of a slice that the head does not name',
    in: ['lambda'],
    edits: [
      {
        file: 'lambda/cycle.ts',
        find: 'if (slice.number !== next || slice.epoch !== epochOf(head, slice.number)) continue;',
        replace: 'if (slice.number !== next) continue;',
      },
    ],
  },
  {
    name: 'missing-base-counted-as-zero',
    rule: 6,
    breaks: 'a base that was retired while it was read counts as nothing',
    in: architectures,
    edits: [
      {
        file: merge,
        find: '    if (parts.base === undefined) return `base ${head.baseId} is missing`;',
        replace: '    if (parts.base === undefined) return undefined;',
      },
      countsUnchecked,
    ],
  },
  {
    name: 'missing-slice-counted-as-zero',
    rule: 6,
    breaks: 'slices that were retired while they were read count as nothing',
    in: architectures,
    edits: [
      {
        file: merge,
        find: '  if (next <= head.number) return unknown(head, `slice ${next} is missing`);',
        replace: '  if (next <= head.number) position = head.position;',
      },
      countsUnchecked,
    ],
  },
  {
    name: 'unknown-at-once',
    rule: 6,
    breaks: 'where something is missing the head is not read again',
    in: architectures,
    edits: [{ file: 'src/serving/read-answer.ts', find: 'const triesMax = 8;', replace: 'const triesMax = 1;' }],
  },
];
