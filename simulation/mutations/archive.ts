/** Rules 9 and 13: the archive's names and its chain, and what happens where the log has lost its beginning. */
import { architectures } from '../runs.js';
import { manifestUnchecked } from './bases.js';
import type { Edit, Mutation } from './mutation.js';

const archiver = 'src/archive/archiver.ts';
const chain = 'src/archive/chain.ts';
const log = 'src/runtimes/memory/log.ts';
const engine = 'src/runtimes/memory/batch-engine.ts';

/** As a consumer that goes on at the log's start, where its position is gone. */
const skipsWhatIsLost: readonly Edit[] = [
  {
    file: log,
    find: '  mustBeThere(world, next);\n',
    replace: '  for (const [i, start] of world.log.starts.entries()) next[i] = Math.max(next[i]!, start);\n',
  },
  { file: log, find: '        mustBeThere(world, from);\n', replace: '' },
];

const unclipped: Edit = {
  file: engine,
  find: 'if (offset >= job.cut[partition]!) continue;',
  replace: 'if (offset >= job.cut[partition]! + 1_000) continue;',
};

export const archiveMutations: readonly Mutation[] = [
  {
    name: 'temporary-name-shared',
    rule: 9,
    breaks: 'two archives write one temporary file',
    in: architectures,
    edits: [
      { file: log, find: '    createTemporary: () =>', replace: '    createTemporary: (range) =>' },
      {
        file: log,
        find: '`temporary/${world.nextName++}`',
        replace: '`temporary/${range.level}/${range.partition}/${range.from}`',
      },
      {
        file: log,
        find: '        world.temporary.set(name, []);',
        replace: '        if (!world.temporary.has(name)) world.temporary.set(name, []);',
      },
      {
        file: log,
        find: '        world.temporary.get(temporary)!.push(...messages);',
        replace: '        world.temporary.get(temporary)?.push(...messages);',
      },
      {
        file: log,
        find: '  const messages = world.temporary.get(temporary)!;',
        replace: "  const messages = world.temporary.get(temporary);\n  if (messages === undefined) return 'exists';",
      },
    ],
  },
  {
    name: 'rename-overwrites',
    rule: 9,
    breaks: 'a finished file is replaced by another archive’s of the same start',
    in: ['lambda'],
    edits: [{ file: log, find: "  if (world.archive.has(path)) return 'exists';\n", replace: '' }],
  },
  {
    name: 'archive-goes-on-from-memory',
    rule: 9,
    breaks: 'an archive that was overtaken goes on from what it remembers',
    in: architectures,
    edits: [
      {
        file: archiver,
        find: '  await archive.remove(temporary);\n  return true;',
        replace: '  await archive.remove(temporary);\n  return false;',
      },
    ],
  },
  {
    name: 'job-reads-all-files',
    rule: 9,
    breaks: 'a job reads every file below the cut, not those of the chain',
    in: ['lambda'],
    edits: [
      {
        file: chain,
        find: 'chainOf(files, partition, from).files.filter((file) => file.from < cut[partition]!),',
        replace:
          'files.filter((file) => file.partition === partition && file.from >= from && file.from < cut[partition]!),',
      },
    ],
  },
  {
    name: 'coverage-by-the-last-file',
    unfound:
      'each archive goes on from the end of the chain, so there is no gap between the files of all of them; what the chain keeps out are files beside it (job-reads-all-files)',
    rule: 9,
    breaks: 'the archive is taken to reach to the end of its last file, with or without a gap before it',
    in: ['lambda'],
    edits: [
      {
        file: chain,
        find: '  return origin.map((from, partition) => chainOf(files, partition, from).until);',
        replace:
          '  return origin.map((from, i) => Math.max(from, ...files.filter((f) => f.partition === i).map((f) => f.until)));',
      },
    ],
  },
  {
    name: 'job-not-clipped',
    rule: 9,
    breaks: 'a job counts its files to their ends, beyond the cut',
    in: ['lambda'],
    edits: [unclipped],
  },
  {
    name: 'job-not-clipped-nor-compared',
    rule: 9,
    breaks: 'a job counts beyond the cut, and its output is not compared with it',
    in: ['lambda'],
    edits: [unclipped, manifestUnchecked],
  },
  {
    name: 'archive-skips-what-is-lost',
    rule: 13,
    breaks: 'an archive goes on at the log’s start, wherever it has ended itself',
    in: ['lambda'],
    edits: [
      ...skipsWhatIsLost,
      { file: archiver, find: '  await refuseLostStart(source.log, reached);\n', replace: '' },
    ],
  },
  {
    name: 'stream-job-skips-what-is-lost',
    rule: 13,
    breaks: 'a stream job goes on at the log’s start, wherever its head stands',
    in: architectures,
    edits: [
      ...skipsWhatIsLost,
      {
        file: 'src/serving/fold-stream.ts',
        find: '    if (offset !== until[partition]) {',
        replace: '    if (offset < until[partition]!) {',
      },
    ],
  },
  {
    name: 'archived-past-skips-a-gap',
    rule: 13,
    breaks: 'what neither log nor archive has is passed over',
    in: architectures,
    edits: [
      {
        file: 'src/archive/archived-log.ts',
        find: '      throw gap(partition, file === undefined ? offset : chain.until, starts[partition]!);',
        replace: '      this.#next[partition] = starts[partition]!;\n      return [];',
      },
      {
        file: 'src/serving/fold-stream.ts',
        find: '    if (offset !== until[partition]) {',
        replace: '    if (offset < until[partition]!) {',
      },
    ],
  },
  {
    name: 'origin-read-again',
    rule: 13,
    breaks: 'a validation takes the log’s start for the origin of its version',
    in: architectures,
    edits: [
      {
        file: 'src/validation/validator.ts',
        find: '  const start = await startingPoint(validation, head);',
        replace:
          '  head.origin = await validation.log.starts();\n  const start = await startingPoint(validation, head);',
      },
      {
        file: 'src/validation/validator.ts',
        find: '  const head = await readHead(validation);\n  if (head',
        replace: '  const head = structuredClone(await readHead(validation));\n  if (head',
      },
    ],
  },
];
