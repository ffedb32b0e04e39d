/**
 * The one place that writes to stdout and stderr: data there, progress and errors here. A report becomes text or one
 * JSON document; the text of an error is what happened, with which value, and what to try.
 */
import type { Readable } from 'node:stream';
import { describeError, exitCodes, LabError, suggestionFor } from '../errors.js';
import type { Report, Reports } from './report.js';

export interface Streams {
  readonly stdout: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  readonly stderr: Pick<NodeJS.WriteStream, 'write'>;
}

/** What a process that Ctrl-C or SIGTERM ended exits with: 128 and the number of SIGINT. */
export const interruptedExitCode = 130;

/** The reason of an aborted command. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

const clearScreen = '\x1b[H\x1b[2J\x1b[3J';

/** Prints each report as it comes. Answers with the exit code of the worst. */
export async function printReports(reports: Reports, json: boolean, streams: Streams): Promise<number> {
  if (reports instanceof Promise) {
    const report = await reports;
    await printReport(report, report.text, json, streams);
    return exitCodes[report.verdict ?? 'pass'];
  }
  let worst = 0;
  for await (const report of reports) {
    const redraws = streams.stdout.isTTY && report.line !== undefined;
    const text = redraws ? clearScreen + report.text : (report.line ?? report.text);
    const isTaken = await printReport(report, text, json, streams);
    worst = Math.max(worst, exitCodes[report.verdict ?? 'pass']);
    // A reader that has gone away, as `| head` does, has seen enough.
    if (!isTaken) break;
  }
  return worst;
}

/** Prints an error and answers with its exit code. `lab` is the one that the command was for. */
export async function printError(error: unknown, json: boolean, streams: Streams, lab: string): Promise<number> {
  if (error instanceof Interrupted) {
    await write(streams.stderr, 'interrupted\n');
    return interruptedExitCode;
  }
  const known = error instanceof LabError ? error : unexpected(error);
  const exitCode = exitCodes[known.kind];
  await write(streams.stderr, `${errorText(known, lab)}\n`);
  if (json) {
    const { kind, message, detail } = known;
    const suggestion = suggestionFor(known, lab) ?? null;
    const document = { schema: 'snacklab/error', version: 1, kind, exitCode, message, suggestion, detail };
    await write(streams.stdout, `${jsonText(document)}\n`);
  }
  return exitCode;
}

/** What happened, the cause behind it, and what to do. */
export function errorText(error: LabError, lab: string): string {
  const cause = error.cause === undefined ? '' : `\n  because: ${firstLine(describeError(error.cause))}`;
  const suggestion = suggestionFor(error, lab);
  return `${error.message}${cause}${suggestion === undefined ? '' : `\nTry: ${suggestion}`}`;
}

/** Drivers put stacks and options into their messages. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

/** A line of progress. */
export function printProgress(text: string, streams: Streams): void {
  streams.stderr.write(`${text}\n`);
}

/** Whether somebody still reads. */
async function printReport(report: Report, text: string, json: boolean, streams: Streams): Promise<boolean> {
  if (!json) return write(streams.stdout, text === '' ? '' : `${text}\n`);
  const { documents } = await import('./documents.js');
  const schema = documents.find((one) => one.shape.schema.value === report.document.schema);
  if (schema === undefined) throw new Error(`no schema is published for ${report.document.schema}`);
  return write(streams.stdout, `${jsonText(schema.parse(report.document))}\n`);
}

function unexpected(error: unknown): LabError {
  const stack = error instanceof Error ? error.stack : undefined;
  return new LabError(`this should not have happened: ${describeError(error)}`, {
    kind: 'internal',
    suggestion: 'report it with the command that you gave',
    detail: { stack },
  });
}

/** Sums that a detail may hold are 64-bit: as text, like everywhere. */
function jsonText(document: unknown): string {
  return JSON.stringify(document, (_, value) => (typeof value === 'bigint' ? value.toString() : value));
}

/** Resolves when the text has been taken, so that a process may end after it; with false where nobody takes it any more. */
function write(stream: Streams['stderr'], text: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (text === '') resolve(true);
    else stream.write(text, (error) => resolve(error === null || error === undefined));
  });
}

/** Reads nothing and keeps nothing: a closed pipe must not end the process with an error of its own. */
export function ignoreClosedPipe(stream: Readable | NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
