/**
 * What `compare` says of one lab, and the table of two. All figures are of the same seeded events, the same rate and the
 * same machine, one lab after the other. Pure.
 */
import { z } from 'zod';
import type { LabName } from '../../resources.js';
import { duration, grouped, size } from '../text.js';

const age = z.number().nullable();

/** Null where nothing was seen: a share of no answers, the age of no event. */
export const measurements = z.object({
  verdict: z.enum(['pass', 'unknown', 'fail']).describe("The judge's, of all answers that it saw."),
  answers: z.object({ ok: z.number().int(), wrong: z.number().int(), unknown: z.number().int() }),
  naive: z
    .object({ ok: z.number().int(), wrong: z.number().int() })
    .nullable()
    .describe('Answers at the same heads, had they been merged naively; null where that was not asked for.'),
  exactShare: z.number().nullable().describe('ok / (ok + wrong + unknown)'),
  ageMs: z
    .object({ p50: age, p95: age, p99: age })
    .describe('From the producer to the first answer that has the event, per event, seen from outside.'),
  forGoodMs: z
    .object({ p50: age, p95: age, p99: age })
    .describe('Until it is counted for good: in a published base in Lambda, in a committed slice in Kappa.'),
  eventsPerSecond: z.number(),
  cpuSecondsPerMillion: z.number(),
  writtenBytesPerMillion: z.number().nullable().describe('Null where the engine does not count what is written.'),
  memoryBytesMax: z.number().describe('All containers together, without page cache.'),
  containers: z.number().int(),
  processes: z.number().int(),
  linesOfItsOwn: z.number().int().describe('Lines of code and configuration that only this architecture needs.'),
  change: z.object({
    steps: z.array(z.string()).describe('The commands that change a question.'),
    tookMs: z.number().describe('From the first of them until readers follow the new version.'),
  }),
});
export type Measurements = z.infer<typeof measurements>;

const ms = (value: number | null) => (value === null ? '?' : duration(value));

const rows: readonly (readonly [title: string, of: (one: Measurements) => string])[] = [
  ['answers judged', ({ answers: { ok, wrong, unknown } }) => grouped(ok + wrong + unknown)],
  [
    'exact',
    ({ exactShare, answers }) =>
      exactShare === null ? '?' : `${shareText(exactShare)} (${answers.wrong} wrong, ${answers.unknown} unknown)`,
  ],
  ['exact, if merged naively', ({ naive }) => naiveText(naive)],
  ['age of an event, p50', ({ ageMs }) => ms(ageMs.p50)],
  ['age of an event, p95', ({ ageMs }) => ms(ageMs.p95)],
  ['age of an event, p99', ({ ageMs }) => ms(ageMs.p99)],
  ['counted for good after, p50', ({ forGoodMs }) => ms(forGoodMs.p50)],
  ['counted for good after, p95', ({ forGoodMs }) => ms(forGoodMs.p95)],
  ['counted for good after, p99', ({ forGoodMs }) => ms(forGoodMs.p99)],
  ['events a second', ({ eventsPerSecond }) => grouped(Math.round(eventsPerSecond))],
  ['processor time a million events', ({ cpuSecondsPerMillion }) => `${grouped(Math.round(cpuSecondsPerMillion))} s`],
  ['written to disks a million events', ({ writtenBytesPerMillion: bytes }) => (bytes === null ? '?' : size(bytes))],
  ['memory, peak', ({ memoryBytesMax }) => size(memoryBytesMax)],
  ['containers', ({ containers }) => String(containers)],
  ['processes', ({ processes }) => String(processes)],
  ['lines of its own', ({ linesOfItsOwn }) => grouped(linesOfItsOwn)],
  ['steps to change a question', ({ change }) => `${change.steps.length}: ${change.steps.join(', ')}`],
  ['time to change a question', ({ change }) => duration(change.tookMs)],
];

function naiveText(naive: Measurements['naive']): string {
  if (naive === null) return '-';
  const all = naive.ok + naive.wrong;
  return all === 0 ? '?' : `${shareText(naive.ok / all)} (${naive.wrong} wrong)`;
}

/** The table, in Markdown, which reads as text too. */
export function comparisonTable(labs: readonly (readonly [LabName, Measurements])[]): string {
  const head = ['', ...labs.map(([lab]) => lab)];
  const lines = rows.map(([title, of]) => [title, ...labs.map(([, measured]) => of(measured))]);
  const widths = head.map((_, column) => Math.max(3, ...[head, ...lines].map((line) => line[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines.map(line)].join('\n');
}

/** `100 %` only when all are. */
function shareText(share: number): string {
  return share === 1 ? '100 %' : `${(Math.floor(share * 100_000) / 1000).toFixed(3)} %`;
}
