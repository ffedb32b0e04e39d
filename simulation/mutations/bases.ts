/** Rules 7 and 8: how a base is published and what it retires, and what a job's output has to be. */
import { architectures } from '../runs.js';
import type { Edit, Mutation } from './mutation.js';

const publish = 'src/serving/publish.ts';
const engine = 'src/runtimes/memory/batch-engine.ts';

/** A job's output is taken whatever it counted. */
export const manifestUnchecked: Edit = {
  file: 'lambda/coordinator.ts',
  find: '  if (flaw !== undefined) return fail(flaw);',
  replace: '',
};

export const baseMutations: readonly Mutation[] = [
  {
    name: 'publish-unconditional',
    rule: 7,
    breaks: 'a base is published over one that was published since',
    in: architectures,
    edits: [
      {
        file: publish,
        find: '{ incarnation, baseId: oldBaseId, foldId: oldFoldId }, change);',
        replace: '{ incarnation }, change);',
      },
    ],
  },
  {
    name: 'fold-published-unconditionally',
    rule: 7,
    breaks: 'a fold is published beside a base that it does not follow',
    in: ['lambda'],
    edits: [
      {
        file: publish,
        find: '    { incarnation: head.incarnation, baseId: head.baseId, foldId: head.foldId },',
        replace: '    { incarnation: head.incarnation },',
      },
    ],
  },
  {
    name: 'base-id-from-the-last-one',
    rule: 7,
    breaks: 'a base is numbered one above the one that it follows, without a counter',
    in: architectures,
    edits: [
      {
        file: publish,
        find: `  const id = head.nextBaseId;
  const outcome = await store.changeHead(
    head.pipeline,
    { incarnation: head.incarnation, nextBaseId: id },
    { nextBaseId: id + 1 },
  );
  return outcome === 'applied' ? id : undefined;`,
        replace: '  return store && Math.max(head.baseId, head.foldId) + 1;',
      },
    ],
  },
  {
    name: 'retire-by-memory',
    rule: 7,
    breaks: 'a base maker retires what its own base covers, published or not',
    in: ['kappa'],
    edits: [
      {
        file: 'kappa/compaction.ts',
        find: "  if (outcome === 'refused') return 'overtaken';",
        replace:
          '  for (const { name } of head.questions) await store.deleteSlices(head.incarnation, name, head.number);',
      },
    ],
  },
  {
    name: 'retire-all-other-bases',
    rule: 7,
    breaks: 'retiring removes every base but the head’s, also one that is about to be published',
    in: architectures,
    edits: [
      {
        file: 'src/runtimes/memory/serving-store.ts',
        find: 'base.question === question && base.id < below,',
        replace: 'base.question === question && base.id !== below,',
      },
    ],
  },
  {
    name: 'retire-one-slice-too-far',
    rule: 7,
    breaks: 'retiring removes a slice that the base does not cover',
    in: architectures,
    edits: [
      {
        file: publish,
        find: 'await store.deleteSlices(incarnation, name, upTo);',
        replace: 'await store.deleteSlices(incarnation, name, upTo + 1);',
      },
    ],
  },
  {
    name: 'output-shared-by-attempts',
    rule: 8,
    breaks: 'all jobs of a pipeline write one output, and its manifest is not compared with the cut',
    in: ['lambda'],
    edits: [
      {
        file: engine,
        find: '        if (world.jobs.has(name)) throw new Error(`attempt ${name} was submitted twice`);\n',
        replace: '',
      },
      {
        file: engine,
        find: 'return `${pipeline}/${baseId}/${id}`;',
        replace: 'return `${pipeline}/0/latest`;',
      },
      {
        file: engine,
        find: 'if (written?.state === from) Object.assign(written, change);',
        replace: 'if (written !== undefined) Object.assign(written, change);',
      },
      manifestUnchecked,
    ],
  },
  {
    name: 'output-counts-before-it-is-whole',
    rule: 8,
    breaks: 'an output is read while parts of it are missing',
    in: ['lambda'],
    edits: [
      {
        file: engine,
        find: "write('running', { state: 'succeeded' }));",
        replace: "write('running', { state: 'succeeded', output: { ...output, sums: new Map() } }));",
      },
    ],
  },
  {
    name: 'output-named-after-submitting',
    unfound: 'a job that nobody knows of costs a place in YARN and no answer: only an output that was recorded is read',
    rule: 8,
    breaks: 'a job is submitted before its name is recorded',
    in: ['lambda'],
    edits: [
      {
        file: 'lambda/coordinator.ts',
        find: '  // The name first: whatever submits',
        replace: `  const early = filesUpTo(await c.archive.list(), (await readHead(c)).origin, plan.cut);
  await c.engine.submit({ attempt, inputs: early, origin: plan.cut.map(() => 0), cut: plan.cut, questions: c.questions });
  // The name first: whatever submits`,
      },
      {
        file: 'lambda/coordinator.ts',
        find: '    await c.engine.submit({ attempt, inputs, origin: head.origin, cut: plan.cut, questions: c.questions });',
        replace: '',
      },
    ],
  },
];
