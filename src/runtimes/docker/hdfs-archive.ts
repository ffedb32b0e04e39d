/**
 * The archive on HDFS. A final name holds level, partition and start, is given by a rename that never overwrites, and
 * its content never changes; what a file holds stands in its first line. Temporary names are used once.
 */
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { encodeLines, headerBytesMax, headerLine, parseHeader } from '../../archive/lines.js';
import { messagesIn } from '../../archive/read-lines.js';
import { LabError } from '../../errors.js';
import type { ArchiveFile, ArchiveRange, ArchiveStore } from '../ports.js';
import type { HdfsEntry, HdfsWriter, WebHdfs } from './webhdfs.js';

/** Where a lab's archive is. */
const labFolder = '/snacklab/archive';
/** Each file of a level holds up to sixteen of the one below. */
export const archiveLevels: readonly number[] = [0, 1, 2, 3];
/** A header takes two requests, one after the other, and a reader that has just begun knows none of hundreds. */
const headersAtOnce = 8;
/** A temporary file that is older was left by a process that has ended. */
const abandonedMs = 30 * 60_000;

/** Opens the archive for a writer: makes its folders, and removes temporary files that nobody can be writing any more. */
export async function openHdfsArchive(hdfs: WebHdfs, nowMs: number, root = labFolder): Promise<ArchiveStore> {
  const temporaryFolder = temporaryIn(root);
  await hdfs.makeDirectory(temporaryFolder);
  for (const level of archiveLevels) await hdfs.makeDirectory(`${root}/${level}`);
  for (const entry of await hdfs.list(temporaryFolder)) {
    if (nowMs - entry.modifiedMs > abandonedMs) await hdfs.remove(`${temporaryFolder}/${entry.name}`);
  }
  return hdfsArchive(hdfs, root);
}

/** The archive as it is, for a reader. Where nobody has written yet, it has no files. */
export function hdfsArchive(hdfs: WebHdfs, root = labFolder): ArchiveStore {
  /** Headers by the NameNode's file number: a number is never given to another file, so they cannot go stale. */
  const known = new Map<number, ArchiveRange>();
  const writers = new Map<string, HdfsWriter>();
  return {
    list: () => listFiles(hdfs, root, known),
    async createTemporary(range) {
      const path = `${temporaryIn(root)}/${range.partition}-${range.from}-${randomUUID()}`;
      const writer = await hdfs.create(path);
      writers.set(path, writer);
      await writer.write(Buffer.from(headerLine(range)));
      return path;
    },
    async append(temporary, messages) {
      await writers.get(temporary)!.write(encodeLines(messages));
    },
    readMessages: (file) => messagesIn(piecesOf(hdfs, file.path)),
    async appendFiles(temporary, files) {
      const writer = writers.get(temporary)!;
      for (const file of files) {
        for await (const chunk of await hdfs.open(file.path)) await writer.write(chunk as Uint8Array);
      }
    },
    async finish(temporary, range) {
      await writers.get(temporary)!.close();
      writers.delete(temporary);
      return (await hdfs.rename(temporary, pathOf(root, range))) ? 'finished' : 'exists';
    },
    async remove(path) {
      await hdfs.remove(path);
    },
  };
}

/** The bytes of a file. A DataNode that ends in the middle is away, like one that does not answer. */
async function* piecesOf(hdfs: WebHdfs, path: string): AsyncGenerator<Uint8Array> {
  const bytes = await hdfs.open(path);
  const pieces = bytes[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    for (;;) {
      const { done, value } = await pieces.next().catch((cause: unknown) => {
        throw brokenOff(path, cause);
      });
      if (done === true) return;
      yield value;
    }
  } finally {
    bytes.destroy();
  }
}

function brokenOff(path: string, cause: unknown): LabError {
  const suggestion = 'snacklab {lab} logs datanode';
  return new LabError(`HDFS broke off in the middle of ${path}`, { kind: 'unavailable', suggestion, cause });
}

function temporaryIn(root: string): string {
  return `${root}/temporary`;
}

function pathOf(root: string, { level, partition, from }: ArchiveRange): string {
  return `${root}/${level}/${partition}-${String(from).padStart(16, '0')}`;
}

/** From the lowest level to the highest: what a merge replaced between two listings is then found in the second. */
async function listFiles(
  hdfs: WebHdfs,
  root: string,
  known: Map<number, ArchiveRange>,
): Promise<readonly ArchiveFile[]> {
  const files: ArchiveFile[] = [];
  for (const level of archiveLevels) {
    const entries = await hdfs.list(`${root}/${level}`);
    for (let i = 0; i < entries.length; i += headersAtOnce) {
      const some = entries.slice(i, i + headersAtOnce).map(async (entry): Promise<readonly ArchiveFile[]> => {
        const path = `${root}/${level}/${entry.name}`;
        const range = known.get(entry.fileId) ?? (await readHeader(hdfs, root, path, entry));
        if (range === undefined) return [];
        known.set(entry.fileId, range);
        return [{ ...range, path, bytes: entry.bytes }];
      });
      files.push(...(await Promise.all(some)).flat());
    }
  }
  return files;
}

/** What a file says it holds; undefined where it was removed since it was listed. */
async function readHeader(
  hdfs: WebHdfs,
  root: string,
  path: string,
  entry: HdfsEntry,
): Promise<ArchiveRange | undefined> {
  const length = Math.min(headerBytesMax, entry.bytes);
  try {
    const bytes = await hdfs.open(path, { offset: 0, length });
    const header = await buffer(bytes).catch((cause: unknown) => {
      throw brokenOff(path, cause);
    });
    const range = parseHeader(header.toString('latin1'));
    if (pathOf(root, range) !== path) throw new Error(`${path} says that it is ${pathOf(root, range)}`);
    return range;
  } catch (error) {
    if (!(await hdfs.exists(path))) return undefined;
    throw error;
  }
}
