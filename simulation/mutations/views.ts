/** Rules 12 and 15: served views, and the truth beside them. */
import { architectures } from '../runs.js';
import type { Mutation } from './mutation.js';

const store = 'src/runtimes/memory/serving-store.ts';
const live = 'src/serving/live-views.ts';
const fold = 'src/validation/prefix-fold.ts';
const validator = 'src/validation/validator.ts';

const newer = 'if (current === undefined || view.version >= current.version) world.views.set(key, view);';

export const viewMutations: readonly Mutation[] = [
  {
    name: 'view-without-version',
    rule: 12,
    breaks: 'the view that is written last is the one that is served',
    in: architectures,
    edits: [{ file: store, find: newer, replace: 'world.views.set(key, view);' }],
  },
  {
    name: 'view-without-delete',
    rule: 12,
    breaks: 'rows that a newer view lacks stay from the one before',
    in: architectures,
    edits: [
      {
        file: store,
        find: newer,
        replace: `if (current !== undefined && view.version < current.version) return;
        const has = (row) => view.rows.some(({ key }) => JSON.stringify(key) === JSON.stringify(row.key));
        const rows = [...view.rows, ...(current?.rows ?? []).filter((row) => !has(row))];
        world.views.set(key, { ...view, rows });`,
      },
    ],
  },
  {
    name: 'view-row-by-row',
    rule: 12,
    breaks: 'a view is replaced in two steps, between which a panel may look',
    in: architectures,
    edits: [
      {
        file: store,
        find: newer,
        replace: `if (current !== undefined && view.version < current.version) return;
        const half = Math.ceil((current?.rows.length ?? 0) / 2);
        world.views.set(key, { ...view, rows: [...view.rows.slice(0, -half), ...(current?.rows ?? []).slice(-half)] });
        effect(() => void world.views.set(key, view));`,
      },
    ],
  },
  {
    name: 'view-version-without-switch',
    rule: 12,
    breaks: 'a view’s version is its slice, whichever version of the pipeline that is of',
    in: architectures,
    edits: [
      {
        file: 'src/serving/served-view.ts',
        find: 'return BigInt(generation) * numbersPerGeneration + BigInt(number + baseNumber);',
        replace: 'return numbersPerGeneration + BigInt(number + baseNumber);',
      },
    ],
  },
  {
    name: 'view-of-no-live-question-stays',
    rule: 12,
    breaks: 'what a new live version does not ask is still served',
    in: architectures,
    edits: [
      {
        file: live,
        find: '  await store.emptyOtherViews(head.questions, emptiedVersion(generation));\n',
        replace: '',
      },
    ],
  },
  {
    name: 'truth-of-a-total',
    rule: 15,
    breaks: 'the truth is told of all that was read once as many messages were counted, wherever they came from',
    in: architectures,
    edits: [
      {
        file: fold,
        find: '      const until = target.position[partition]!;',
        replace: '      const until = target.position[partition]! + 2;',
      },
      {
        file: fold,
        find: '    if (!equal(this.position, target.position)) return undefined;',
        replace: '    if (!covers(this.position, target.position)) return undefined;',
      },
    ],
  },
  {
    name: 'truth-before-it-is-reached',
    rule: 15,
    breaks: 'the truth of a head is told of what was counted so far',
    in: architectures,
    edits: [
      {
        file: fold,
        find: '    if (!equal(this.position, target.position)) return undefined;',
        replace: '',
      },
      {
        file: fold,
        find: 'return { ...target, ...this.counts(), tables',
        replace: 'return { ...this.counts(), ...target, tables',
      },
      {
        file: validator,
        find: '    if (messages !== messagesBetween(this.#origin, position)) {',
        replace: '    if (messages < 0) {',
      },
    ],
  },
  {
    name: 'repeats-forgotten-at-a-start',
    rule: 15,
    breaks: 'a validation that goes on from its truth does not know the events before it',
    in: architectures,
    edits: [
      {
        file: validator,
        find: 'Math.min(offset, Math.max(offset - repeatWindowEvents, head.origin[partition]!, logStarts[partition]!)),',
        replace: 'offset,',
      },
    ],
  },
];
