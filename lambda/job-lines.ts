/**
 * The lines that the tasks of a batch job exchange, and that its output consists of. Hadoop Streaming sorts and groups
 * by the text before the first tab: `QUESTION KEY TAB SUMS`, with the counts and the manifest under names of their own.
 * Keys are JSON, in which a tab or a line feed is always escaped. Pure.
 */
import { z } from 'zod';
import type { Position } from '../src/positions/position.js';
import type { Question } from '../src/questions/question.js';
import type { BatchOutput } from '../src/runtimes/ports.js';
import { plusOne, type Sums, type SumTable } from '../src/sums/table.js';

/** What a task is told, as base64 of JSON in its environment (Streaming splits what it hands over at spaces). */
export interface TaskOrder {
  readonly origin: Position;
  readonly cut: Position;
  readonly questions: readonly Question[];
}

export const orderVariable = 'SNACKLAB_ORDER';

export function encodeOrder(order: TaskOrder): string {
  return Buffer.from(JSON.stringify(order)).toString('base64');
}

export function decodeOrder(text: string | undefined): TaskOrder {
  if (text === undefined) throw new Error(`${orderVariable} is not set: this program runs inside a batch job`);
  return JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as TaskOrder;
}

const countsKey = '#counts';
const manifestKey = '#manifest';

/** A map task's lines: its sums by question and key, and how many messages it counted and rejected. */
export function* partialLines(
  tables: ReadonlyMap<string, SumTable>,
  messages: number,
  rejected: number,
): Generator<string> {
  for (const [question, table] of tables) {
    for (const [key, sums] of table) yield `${question} ${key}\t${formatSums(sums)}\n`;
  }
  yield `${countsKey}\t${messages},${rejected}\n`;
}

/** Adds up partial lines in any order. Throws `unknown`, with the sum's name, when one leaves 64 bits. */
export class PartialSums {
  readonly #questions: ReadonlyMap<string, Question>;
  readonly #tables: Map<string, Map<string, Sums>>;
  messages = 0;
  rejected = 0;

  constructor(questions: readonly Question[]) {
    this.#questions = new Map(questions.map((question) => [question.name, question]));
    this.#tables = new Map(questions.map((question) => [question.name, new Map()]));
  }

  get tables(): ReadonlyMap<string, SumTable> {
    return this.#tables;
  }

  add(line: string): void {
    const [name, value] = splitOnce(line, '\t');
    if (name === countsKey) {
      const [messages, rejected] = value.split(',').map(Number);
      this.messages += messages!;
      this.rejected += rejected!;
      return;
    }
    const [question, key] = splitOnce(name, ' ');
    const declared = this.#questions.get(question);
    if (declared === undefined) throw new Error(`a line of no question of this job: ${JSON.stringify(line)}`);
    const table = this.#tables.get(question)!;
    const sums = parseSums(value);
    const before = table.get(key);
    const kinds = Object.entries(declared.sums);
    if (sums.length !== kinds.length) throw new Error(`${sums.length} sums for ${question}: ${JSON.stringify(line)}`);
    if (before === undefined) table.set(key, sums);
    else
      table.set(
        key,
        kinds.map(([sum, kind], i) => plusOne(kind, before[i]!, sums[i]!, { question, sum })),
      );
  }
}

/** The output's lines. The manifest is the last one, so an output that was cut off has none. */
export function* outputLines(sums: PartialSums, order: TaskOrder): Generator<string> {
  yield* partialLines(sums.tables, sums.messages, sums.rejected);
  yield `${manifestKey}\t${JSON.stringify({ cut: order.cut, messages: sums.messages, rejected: sums.rejected })}\n`;
}

const manifestSchema = z.object({ cut: z.array(z.number()), messages: z.number(), rejected: z.number() });

/** Reads a job's output; undefined where it is not whole. */
export function parseOutput(text: string, questions: readonly Question[]): BatchOutput | undefined {
  if (!text.endsWith('\n')) return undefined;
  const lines = text.slice(0, -1).split('\n');
  const [name, value] = splitOnce(lines.pop()!, '\t');
  if (name !== manifestKey) return undefined;
  const manifest = manifestSchema.parse(JSON.parse(value));
  const sums = new PartialSums(questions);
  for (const line of lines) sums.add(line);
  if (sums.messages !== manifest.messages || sums.rejected !== manifest.rejected) return undefined;
  return { ...manifest, sums: sums.tables };
}

function formatSums(sums: Sums): string {
  return sums.map((sum) => sum?.toString() ?? '').join(',');
}

function parseSums(text: string): Sums {
  return text.split(',').map((sum) => (sum === '' ? null : BigInt(sum)));
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  if (at === -1) throw new Error(`not a line of a batch job: ${JSON.stringify(text.slice(0, 80))}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
