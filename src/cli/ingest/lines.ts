/**
 * A file's events one after the other, each as the bytes that go to the log and with the line where it begins. Of the file
 * no more is in memory than what was read last; a line that no event can be as long as is skipped, and said to be refused.
 */
import { tooLong } from '../../ingestion/judge-events.js';

/** One event of the file, or why what stands there cannot be one. */
export interface FileEvent {
  /** From 1. */
  readonly line: number;
  readonly event: Uint8Array | { readonly refused: string };
}

const lineFeed = 0x0a;
const blank = /^[ \t\r]*$/;

/** JSON lines: an event a line, in the bytes of the file. Lines without anything in them are left out. */
export async function* jsonLines(source: AsyncIterable<Uint8Array>, eventBytesMax: number): AsyncIterable<FileEvent[]> {
  let line = 1;
  let rest: Uint8Array = new Uint8Array(0);
  let isSkipping = false;
  for await (const piece of source) {
    const events: FileEvent[] = [];
    let start = 0;
    for (let end = piece.indexOf(lineFeed); end !== -1; end = piece.indexOf(lineFeed, start)) {
      const tail = piece.subarray(start, end);
      if (isSkipping) isSkipping = false;
      else push(events, line, rest.length === 0 ? tail : Buffer.concat([rest, tail]));
      rest = new Uint8Array(0);
      start = end + 1;
      line++;
    }
    if (!isSkipping) rest = Buffer.concat([rest, piece.subarray(start)]);
    // The carriage return before a line feed is no part of the event.
    if (rest.length > eventBytesMax + 1) {
      events.push({ line, event: { refused: tooLong(eventBytesMax) } });
      rest = new Uint8Array(0);
      isSkipping = true;
    }
    yield events;
  }
  const last: FileEvent[] = [];
  if (!isSkipping) push(last, line, rest);
  yield last;
}

function push(events: FileEvent[], line: number, bytes: Uint8Array): void {
  if (bytes.length < 256 && blank.test(Buffer.from(bytes).toString('latin1'))) return;
  events.push({ line, event: bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes });
}
