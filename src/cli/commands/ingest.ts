/**
 * `ingest FILE`: a user's own events into the lab's log, from JSON lines or CSV. It takes the road of every other sender,
 * the lab's HTTP ingestion, so there is one judge, one producer and one meaning of "accepted".
 */
import { open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { ingestFlags, parseFlags } from '../../config/flags.js';
import { type FailureKind, LabError } from '../../errors.js';
import { eventJudge } from '../../ingestion/judge-events.js';
import { defaultLimits } from '../../ingestion/limits.js';
import type { EventState } from '../../ingestion/outcome.js';
import type { IngestDocument } from '../documents-ingest.js';
import { type IngestClient, ingestClient } from '../ingest/client.js';
import { type FileEvent, jsonLines } from '../ingest/lines.js';
import { type Stopped, sendFile } from '../ingest/send-file.js';
import { newTally, type Tally } from '../ingest/tally.js';
import { findLab } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { duration, grouped } from '../text.js';

type Format = IngestDocument['format'];

const sayEveryMs = 2_000;
const { eventBytesMax } = defaultLimits;

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const flags = parseFlags(ingestFlags, input.options);
  const file = input.arguments[0]!;
  const format = flags.format ?? (file.toLowerCase().endsWith('.csv') ? 'csv' : 'jsonl');
  const client = flags.dryRun ? judgeAlone() : await clientOf(input, context);
  // An interruption also ends the wait for a pipe that says nothing.
  const source = addAbortSignal(context.signal, await opened(file));
  const tally = newTally();
  const startedMs = performance.now();
  const telling = setInterval(() => context.say(progress(tally, performance.now() - startedMs)), sayEveryMs);
  try {
    const { clock, signal, say } = context;
    const options = { client, clock, signal, say, patienceMs: flags.timeout };
    const stopped = await sendFile(await eventsOf(source, format), tally, options);
    const tookMs = performance.now() - startedMs;
    return reportOf(documentOf({ input, file, format, dryRun: flags.dryRun, tally, stopped, tookMs }));
  } catch (error) {
    context.signal.throwIfAborted();
    throw error === source.errored ? unreadable(file, error) : error;
  } finally {
    clearInterval(telling);
    source.destroy();
  }
}

async function clientOf(input: CommandInput, context: CommandContext): Promise<IngestClient> {
  const found = await findLab(input, context);
  return ingestClient(await found.ingestionAddress(), context.config.ingestToken);
}

/** `--dry-run`: the same judge, and no lab. */
function judgeAlone(): IngestClient {
  const judge = eventJudge(1, eventBytesMax);
  const stateOf = (event: Uint8Array): EventState => {
    const judged = judge(event);
    if ('reason' in judged) return { state: 'refused', reason: judged.reason };
    return { state: 'accepted', partition: 0, offset: null };
  };
  return { send: async (events) => ({ states: events.map(stateOf) }) };
}

async function opened(file: string): Promise<Readable> {
  if (file === '-') return process.stdin;
  try {
    return (await open(file)).createReadStream();
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): LabError {
  return new LabError(`${file} cannot be read`, {
    kind: 'usage',
    suggestion: 'name a file, or - for standard input',
    detail: { file },
    cause,
  });
}

/** The parser of CSV is loaded where a file is one. */
async function eventsOf(source: Readable, format: Format): Promise<AsyncIterable<FileEvent[]>> {
  if (format === 'jsonl') return jsonLines(source, eventBytesMax);
  return (await import('../ingest/csv.js')).csvEvents(source, eventBytesMax);
}

function progress({ events, accepted, refused, unknown }: Tally, tookMs: number): string {
  const rate = grouped(Math.round((accepted * 1000) / tookMs));
  const others = `${grouped(refused)} refused${unknown > 0 ? `, ${grouped(unknown)} unknown` : ''}`;
  return `  ${grouped(events)} events read: ${grouped(accepted)} accepted (${rate}/s), ${others}`;
}

interface Outcome {
  readonly input: CommandInput;
  readonly file: string;
  readonly format: Format;
  readonly dryRun: boolean;
  readonly tally: Tally;
  readonly stopped: Stopped | undefined;
  readonly tookMs: number;
}

function documentOf({ input, tally, stopped, ...rest }: Outcome): IngestDocument {
  const { reasons, ends, ...counts } = tally;
  return {
    schema: 'snacklab/ingest',
    version: 1,
    lab: input.lab,
    ...rest,
    ...counts,
    reasons: Object.fromEntries(reasons),
    ends: Object.fromEntries(ends),
    stopped: stopped ?? null,
  };
}

/** What ended it comes first, then what nobody knows, then what was refused. */
export function verdictOf({ stopped, unknown, refused }: IngestDocument): FailureKind {
  if (stopped !== null) return 'unavailable';
  if (unknown > 0) return 'unknown';
  return refused > 0 ? 'fail' : 'pass';
}

const reasonsShown = 5;

function reportOf(document: IngestDocument): Report {
  const { dryRun, accepted, refused, unknown, events, stopped, tookMs } = document;
  const did = dryRun ? 'would be accepted; nothing was sent' : 'accepted: they are in the log';
  const lines = [
    `${grouped(accepted)} of ${grouped(events)} events ${did} (${duration(tookMs)})`,
    ...(refused === 0 ? [] : [`${grouped(refused)} refused:`, ...refusedLines(document)]),
    ...(unknown === 0 ? [] : [`${grouped(unknown)} may be in the log or not, and were not sent again:`]),
    ...document.firstUnknown.map(({ from, until, reason }) => `  lines ${from} to ${until}: ${reason}`),
    ...(stopped === null
      ? []
      : [`stopped at line ${stopped.line}, nothing from there on was stored: ${stopped.reason}`]),
  ];
  return { document, text: lines.join('\n'), verdict: verdictOf(document) };
}

/** The most frequent reasons, each with its first line. */
function refusedLines({ reasons, firstRefused }: IngestDocument): string[] {
  const often = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  const shown = often.slice(0, reasonsShown).map(([reason, count]) => {
    const first = firstRefused.find((one) => one.reason === reason);
    return `  ${grouped(count).padStart(9)}  ${reason}${first === undefined ? '' : ` (first in line ${first.line})`}`;
  });
  return often.length > reasonsShown ? [...shown, `  and ${often.length - reasonsShown} other reasons`] : shown;
}
