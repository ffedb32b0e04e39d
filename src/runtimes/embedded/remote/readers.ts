/** The log's readers of one connection: by number, each answer bounded, all closed with the connection. */
import { LabError } from '../../../errors.js';
import type { Position } from '../../../positions/position.js';
import type { Log, LogReader, Message } from '../../ports.js';

export interface RemoteReaders extends AsyncDisposable {
  /** Opens a reader and gives its number. */
  readonly open: (from: Position) => Promise<number>;
  readonly next: (reader: number, maxWaitMs: number) => Promise<readonly Message[]>;
  readonly close: (reader: number) => Promise<void>;
}

const readersMax = 16;
const waitMsMax = 10_000;
const messagesMax = 10_000;

interface Open {
  readonly reader: LogReader;
  /** Read and not yet given. */
  rest: readonly Message[];
}

export function remoteReaders(log: Log): RemoteReaders {
  const readers = new Map<number, Open>();
  let closed = false;
  let last = 0;
  const openNow = (number: number) => {
    const open = readers.get(number);
    if (open === undefined) throw new LabError(`there is no reader ${number} of the log`);
    return open;
  };
  const close = async (number: number) => {
    const open = readers.get(number);
    readers.delete(number);
    await open?.reader[Symbol.asyncDispose]();
  };
  return {
    async open(from) {
      if (readers.size >= readersMax) throw new LabError(`${readersMax} readers of the log are open: close one first`);
      const number = ++last;
      const reader = await log.read(from);
      readers.set(number, { reader, rest: [] });
      // The client may have gone while it was opened.
      if (closed) await close(number);
      return number;
    },
    async next(number, maxWaitMs) {
      const open = openNow(number);
      if (open.rest.length === 0) open.rest = await open.reader.next(Math.min(maxWaitMs, waitMsMax));
      const given = open.rest.slice(0, messagesMax);
      open.rest = open.rest.slice(messagesMax);
      return given;
    },
    close,
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.all([...readers.keys()].map(close));
    },
  };
}
