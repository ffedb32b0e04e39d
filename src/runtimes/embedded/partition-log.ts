/**
 * One partition of the embedded log: files of record batches in offset order, appended to by this process alone.
 * What is acknowledged has been handed to the operating system, as by a broker of Kafka's defaults: it survives this
 * process's end at any point, and not the machine's.
 */
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecordBatch, sealBatch } from '../../../generator/kafka/record-batch.js';
import { LabError } from '../../errors.js';
import { findLogEnd } from './log-end.js';
import { isNoRoom } from './no-room.js';
import { baseOfName, damaged, segmentName } from './segment-file.js';

/** A file begins when the one before has so many bytes. */
const segmentBytesByDefault = 32 << 20;

/** A file of the log; `bytes` are those of whole batches. */
export interface Segment {
  readonly base: number;
  readonly path: string;
  bytes: number;
}

/** What a reader has to know of a partition. */
export interface ReadablePartition {
  readonly partition: number;
  readonly segments: readonly Segment[];
  /** What lies below was there when the log was opened: only that is checked again when it is read. */
  readonly endAtOpen: number;
  readonly start: () => number;
  readonly end: () => number;
}

export interface PartitionLog extends ReadablePartition {
  /** Resolves with the offset of its first message once it is acknowledged; in the order of the calls. */
  readonly append: (batch: RecordBatch) => Promise<number>;
  /** Forgets what lies below an offset; its bytes go with whole files. */
  readonly forget: (below: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Nobody repeats a send here: there is one producer, in this process. */
const nobody = { producerId: -1n, epoch: -1 };

interface State {
  readonly folder: string;
  readonly partition: number;
  readonly segmentBytesMax: number;
  readonly segments: Segment[];
  /** Undefined until something is appended. */
  file: FileHandle | undefined;
  /** Whether the last file ends with its last whole batch. */
  isClean: boolean;
  start: number;
  end: number;
  /** Appends happen one after the other. */
  writing: Promise<unknown>;
}

/** Opens or begins a partition, and writes nothing. What a killed process left half written at the very end is left out. */
export async function openPartitionLog(
  folder: string,
  partition: number,
  segmentBytesMax = segmentBytesByDefault,
): Promise<PartitionLog> {
  await mkdir(folder, { recursive: true });
  const segments = await segmentsIn(folder);
  const start = await startOf(folder, segments);
  const found = segments.at(-1);
  if (found === undefined) segments.push({ base: start, path: join(folder, segmentName(start)), bytes: 0 });
  const { offset: end, bytes } = found === undefined ? { offset: start, bytes: 0 } : await findLogEnd(found);
  const state: State = {
    ...{ folder, partition, segmentBytesMax, segments, start, end },
    ...{ file: undefined, isClean: bytes === (found?.bytes ?? 0), writing: Promise.resolve() },
  };
  segments.at(-1)!.bytes = bytes;
  return {
    partition,
    segments,
    endAtOpen: end,
    start: () => state.start,
    end: () => state.end,
    append: (batch) => {
      const appended = state.writing.then(() => appendBatch(state, batch));
      state.writing = appended.catch(() => {});
      return appended;
    },
    forget: (below) => forget(state, Math.min(below, state.end)),
    close: async () => {
      await state.writing;
      await state.file?.close();
    },
  };
}

const startFile = 'start';

/** What was forgotten last; a log that begins above it has lost a file. */
async function startOf(folder: string, segments: readonly Segment[]): Promise<number> {
  const path = join(folder, startFile);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '0';
    throw error;
  });
  if (!/^\d+$/.test(text)) throw damaged(path, 0, `it says ${JSON.stringify(text.slice(0, 40))}, which is no offset`);
  const begins = segments[0]?.base ?? 0;
  if (begins > Number(text)) throw damaged(folder, 0, `the file of offset ${text} is missing`);
  return Number(text);
}

/** The new start first: a file that is gone while it was still promised would be a gap. */
async function forget(state: State, below: number): Promise<void> {
  if (below <= state.start) return;
  const path = join(state.folder, startFile);
  await writeFile(`${path}.new`, String(below));
  await rename(`${path}.new`, path);
  state.start = below;
  while (state.segments.length > 1 && state.segments[1]!.base <= below) {
    await rm(state.segments.shift()!.path);
  }
}

async function segmentsIn(folder: string): Promise<Segment[]> {
  const bases = (await readdir(folder)).map(baseOfName).filter((base) => base !== undefined);
  const paths = bases.sort((a, b) => a - b).map((base) => ({ base, path: join(folder, segmentName(base)) }));
  return Promise.all(paths.map(async ({ base, path }) => ({ base, path, bytes: (await stat(path)).size })));
}

async function appendBatch(state: State, batch: RecordBatch): Promise<number> {
  const first = state.end;
  const bytes = sealBatch(batch, nobody, -1);
  // The base offset is not in the checksum: it is the log's to give.
  batch.view.setBigInt64(0, BigInt(first));
  try {
    const file = await fileOf(state);
    state.isClean = false;
    await writeAll(file, bytes);
    state.isClean = true;
  } catch (cause) {
    throw notWritten(state.segments.at(-1)!.path, cause);
  }
  state.segments.at(-1)!.bytes += bytes.length;
  state.end = first + batch.messages;
  return first;
}

/** The file that is appended to. What was half written must not stay, neither before a batch nor before a new file. */
async function fileOf(state: State): Promise<FileHandle> {
  const last = state.segments.at(-1)!;
  if (!state.isClean) {
    state.file ??= await open(last.path, 'a');
    await state.file.truncate(last.bytes);
    state.isClean = true;
  }
  if (last.bytes >= state.segmentBytesMax) await endSegment(state);
  state.file ??= await open(state.segments.at(-1)!.path, 'a');
  return state.file;
}

async function endSegment(state: State): Promise<void> {
  const ended = state.file;
  state.file = undefined;
  state.segments.push({ base: state.end, path: join(state.folder, segmentName(state.end)), bytes: 0 });
  await ended?.close();
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

function notWritten(path: string, cause: unknown): LabError {
  return new LabError(`the log could not be written: ${path} (${(cause as Error).message})`, {
    kind: 'unavailable',
    suggestion: isNoRoom(cause)
      ? 'make room on the disk; all that was acknowledged is there'
      : 'see that the directory can be written',
    detail: { path },
    cause,
  });
}
