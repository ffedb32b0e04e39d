/**
 * The ledger on disk: one file of JSON lines, added to and synced, rewritten only to make it shorter.
 * It belongs to one generator at a time: one that finds lines which it did not write stops, so two can never use the
 * same index. (Whoever opens the ledger writes a line first, so of two at once at least the older one sees the other.)
 */
import { type FileHandle, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../src/errors.js';
import {
  addLast,
  countEvents,
  formatLine,
  inOrder,
  type Ledger,
  type LedgerEntry,
  type LedgerLine,
  linesOf,
  newLedger,
  readLedger,
  unaccounted,
} from './ledger.js';

/** What producing needs of a ledger; benchmarks bring one without a disk. */
export interface LedgerBook {
  /** The next index that was never used. */
  readonly next: number;
  /** Events acknowledged so far, earlier runs included. */
  readonly acknowledged: number;
  readonly inDoubt: number;
  /**
   * Makes sure that indices below `until` are reserved on disk, and begins to reserve `ahead` more before they are
   * needed. Undefined: they already are.
   */
  reserve(until: number, ahead: number): Promise<void> | undefined;
  /** Notes what became of a send; on disk with the next flush. */
  note(entry: LedgerEntry): void;
}

export interface LedgerFile extends LedgerBook {
  flush(): Promise<void>;
  /** Writes all that is noted, gives back indices from `next` on, and closes. */
  close(next: number): Promise<void>;
}

export interface LedgerFileOptions {
  readonly folder: string;
  readonly seed: number;
  /** Beyond this the file is rewritten with merged lines. */
  readonly compactAtBytes?: number;
}

export const fileName = 'ledger.jsonl';

interface State {
  readonly path: string;
  readonly seed: number;
  compactAtBytes: number;
  file: FileHandle;
  inode: number;
  bytes: number;
  reservedUntil: number;
  readonly entries: LedgerEntry[];
  /** Noted and not yet written. */
  pending: LedgerEntry[];
  acknowledged: number;
  inDoubt: number;
  /** Writes happen one after the other; rejected once one has failed, and then for good. */
  writing: Promise<void>;
  reserving: number;
}

/** Opens or begins the ledger of this seed. Throws `usage` when it is of another seed. */
export async function openLedger(options: LedgerFileOptions): Promise<LedgerFile> {
  await mkdir(options.folder, { recursive: true });
  const path = join(options.folder, fileName);
  const { file, inode, bytes, found } = await claim(path, options.seed);
  const ledger = found ?? newLedger(options.seed);
  const state: State = {
    path,
    seed: options.seed,
    compactAtBytes: options.compactAtBytes ?? 8 * 1024 * 1024,
    file,
    inode,
    bytes,
    reservedUntil: ledger.reservedUntil,
    reserving: ledger.reservedUntil,
    entries: [...ledger.entries],
    pending: [],
    acknowledged: countEvents(ledger.entries, 'acknowledged'),
    inDoubt: countEvents(ledger.entries, 'in-doubt'),
    writing: Promise.resolve(),
  };
  for (const range of unaccounted(ledger)) note(state, { type: 'in-doubt', ...range, reason: 'in flight at a kill' });
  await write(state, found === undefined ? linesOf(ledger) : []);
  return {
    next: ledger.reservedUntil,
    get acknowledged() {
      return state.acknowledged;
    },
    get inDoubt() {
      return state.inDoubt;
    },
    reserve: (until, ahead) => reserve(state, until, ahead),
    note: (entry) => note(state, entry),
    flush: () => write(state, []),
    async close(unused) {
      try {
        await write(state, [{ type: 'released', until: unused }]);
      } finally {
        await state.file.close();
      }
    },
  };
}

/** The ledger as it is now, for a reader beside the generator that writes it. */
export async function readLedgerFile(folder: string): Promise<Ledger> {
  const text = await readFile(join(folder, fileName), 'utf8').catch((cause) => {
    throw new LabError(`there is no ledger in ${folder}`, {
      kind: 'unavailable',
      suggestion: 'the generator makes it when it starts',
      cause,
    });
  });
  const ledger = readLedger(text);
  if (ledger === undefined) throw new LabError(`the ledger in ${folder} is still empty`, { kind: 'unavailable' });
  return ledger;
}

/**
 * Says in the file that it is ours, and only then reads it: a generator that still runs sees the claim after its next
 * write at the latest, and uses nothing that we have not read. Never by a new file, which would hide claims.
 */
async function claim(path: string, seed: number) {
  const before = readLedger((await contentOf(path)).toString());
  if (before !== undefined && before.seed !== seed) throw otherSeed(before.seed, seed);
  const file = await open(path, 'a');
  try {
    // The line break first ends a line that a crash cut off.
    await file.appendFile(`\n${formatLine({ type: 'claimed' })}`);
    await file.datasync();
    const { ino } = await file.stat();
    const content = await contentOf(path);
    return { file, inode: ino, bytes: content.length, found: readLedger(content.toString()) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function contentOf(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
}

/** Whole or not at all: a new file takes the old one's name only once it is on disk. */
async function replaceFile(path: string, ledger: Ledger): Promise<void> {
  const temporary = `${path}.new`;
  await syncedAfter(await open(temporary, 'w'), (file) => file.writeFile(linesOf(ledger).map(formatLine).join('')));
  await rename(temporary, path);
  await syncedAfter(await open(dirname(path), 'r'), async () => {});
}

async function syncedAfter(file: FileHandle, act: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await act(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function openAtEnd(path: string): Promise<Pick<State, 'file' | 'inode' | 'bytes'>> {
  const file = await open(path, 'a');
  const { ino, size } = await file.stat();
  return { file, inode: ino, bytes: size };
}

function reserve(state: State, until: number, ahead: number): Promise<void> | undefined {
  const wanted = until + ahead;
  if (until > state.reservedUntil) return extend(state, Math.max(wanted, state.reserving));
  // A failure in here is met by the next one who waits for a write.
  if (until + ahead / 2 > state.reserving) extend(state, wanted).catch(() => {});
  return undefined;
}

async function extend(state: State, until: number): Promise<void> {
  state.reserving = until;
  await write(state, [{ type: 'reserved', until }]);
  state.reservedUntil = Math.max(state.reservedUntil, until);
}

function note(state: State, entry: LedgerEntry): void {
  addLast(state.pending, entry);
  if (entry.type === 'acknowledged') state.acknowledged += entry.until - entry.from;
  else state.inDoubt += entry.until - entry.from;
}

/** Writes what is pending and these lines, and syncs. After the first failure all writes fail. */
function write(state: State, lines: readonly LedgerLine[]): Promise<void> {
  state.writing = state.writing.then(async () => {
    const noted = state.pending;
    state.pending = [];
    for (const entry of noted) addLast(state.entries, entry);
    const text = [...noted, ...lines].map(formatLine).join('');
    if (text === '') return;
    await expectMine(state);
    await state.file.appendFile(text);
    await state.file.datasync();
    state.bytes += Buffer.byteLength(text);
    await expectMine(state);
    if (state.bytes > state.compactAtBytes) await compact(state);
  });
  // Whoever waits gets the failure; the chain itself must not count as unhandled.
  state.writing.catch(() => {});
  return state.writing;
}

/** The same in fewer lines: what follows each other in index and offsets is one. */
async function compact(state: State): Promise<void> {
  // `reserving`, for its line may have been written just now.
  await replaceFile(state.path, { seed: state.seed, reservedUntil: state.reserving, entries: inOrder(state.entries) });
  await state.file.close();
  Object.assign(state, await openAtEnd(state.path));
  // Where merging does not help, at least it is not tried at every write.
  state.compactAtBytes = Math.max(state.compactAtBytes, state.bytes * 2);
}

async function expectMine(state: State): Promise<void> {
  const { ino, size } = await stat(state.path);
  if (ino === state.inode && size === state.bytes) return;
  throw new LabError(`another generator writes to the ledger ${state.path}: it has ${size} bytes, not ${state.bytes}`, {
    kind: 'fail',
    suggestion: 'stop one of the two; this one ends now, so that no event id is used twice',
    detail: { expectedBytes: state.bytes, bytes: size },
  });
}

function otherSeed(theirs: number, ours: number): LabError {
  return new LabError(`the generator's ledger is of seed ${theirs}, but the seed is ${ours} now`, {
    kind: 'usage',
    suggestion: `go on with --seed ${theirs}, or begin anew: snacklab {lab} down --volumes, then up --seed ${ours}`,
    detail: { ledgerSeed: theirs, seed: ours },
  });
}
