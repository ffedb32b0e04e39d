/** Lives of one lab in processes of their own: started, brought to the log's end, and judged once nothing runs. */
import { expect } from 'vitest';
import { type Program, type Running, start } from './child-process.js';
import { judgeDirectory } from './judged-directory.js';
import type { LabChild } from './lab-child.js';

const questions = ['items-sold', 'revenue-by-machine'];
const labs = ['lambda', 'kappa'];

/** Where the lives of a lab are lived. */
export interface LivedIn {
  readonly program: Program;
  readonly dir: string;
  readonly segmentBytesMax: number;
  /** What the command begins with, where the process is to have limits. */
  readonly limits?: readonly string[];
}

/** One life, with so many events a second. */
export function startLab({ program, dir, segmentBytesMax, limits = [] }: LivedIn, rate: number): Running {
  const told: LabChild = { dir, seed: 7, rate, batchEveryMs: 500, segmentBytesMax, questions };
  return start([...limits, process.execPath, program.path, JSON.stringify(told)]);
}

export async function killed(running: Running): Promise<readonly string[]> {
  running.process.kill('SIGKILL');
  await expectEnd(running, { code: null, signal: 'SIGKILL' });
  return running.lines;
}

/** One life without events: answers of both architectures come to the log's end, and it ends orderly. */
export async function untilTheEnd(lived: LivedIn): Promise<readonly string[]> {
  const running = startLab(lived, 0);
  await expect.poll(() => isAtEnd(running.lines) || running.process.exitCode, { timeout: 60_000 }).toBe(true);
  running.process.kill('SIGTERM');
  await expectEnd(running, { code: 0, signal: null });
  return running.lines;
}

type End = Awaited<Running['ended']>;

async function expectEnd({ ended, said }: Running, expected: End): Promise<void> {
  const end = await ended;
  const isExpected = end.code === expected.code && end.signal === expected.signal;
  expect({ ...end, said: isExpected ? [] : said }).toEqual({ ...expected, said: [] });
}

/** Whether both labs answer for the whole log, as far as the last lines say. */
function isAtEnd(lines: readonly string[]): boolean {
  const last = lines.findLast((line) => line.startsWith('ends '));
  const ends = last?.slice('ends '.length);
  return labs.every((lab) => ends !== undefined && JSON.stringify(positionSeen(lines, lab)) === ends);
}

/** The last position that a lab's reader saw. */
export function positionSeen(lines: readonly string[], lab: string): readonly number[] | undefined {
  const last = lastAnswer(lines, lab);
  return last === undefined ? undefined : JSON.parse(last.slice(lab.length + 1)).position;
}

const lastAnswer = (lines: readonly string[], lab: string) =>
  lines.findLast((line) => line.startsWith(`${lab} `) && line.includes('"position"'));

/** Judges what the readers of all lives saw, the last of which came to the log's end. How many answers were right. */
export async function expectAgreement({ dir }: LivedIn, lines: readonly string[]): Promise<number> {
  const { ledger, lambda, kappa, messages, ends } = await judgeDirectory(dir, lines, questions);
  const wrong = { ledger: ledger.findings, lambda: lambda.wrongAnswers, kappa: kappa.wrongAnswers };
  expect(wrong).toEqual({ ledger: [], lambda: [], kappa: [] });
  expect(ledger).toMatchObject({ verdict: 'pass', foreign: 0, messages });
  for (const lab of labs) expect(positionSeen(lines, lab)).toEqual(ends);
  const [ok, unknown] = [lambda.ok + kappa.ok, lambda.unknown + kappa.unknown];
  const events = `${ledger.acknowledged} events acknowledged, ${ledger.inFlight} in flight at an end`;
  console.log(`${events}: all in the log as often as they were; ${ok} answers right, ${unknown} unknown, 0 wrong`);
  expect(ok).toBeGreaterThan(0);
  return ok;
}

/** What the next answers must not go back behind: the last answer of each lab, with the tables before it that it names. */
export function lastOfEach(lines: readonly string[]): string[] {
  return labs.flatMap((lab) => {
    const own = lines.filter((line) => line.startsWith(`${lab} `));
    const last = own.lastIndexOf(lastAnswer(own, lab) ?? '');
    const before = own.findLastIndex((line, i) => i < last && !line.startsWith(`${lab} {"table":`));
    return own.slice(before + 1, last + 1);
  });
}
