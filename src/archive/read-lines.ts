/** Reads the archive's lines from the pieces that a file comes in: bytes stay bytes, wherever a piece ends. Pure. */
import type { Message } from '../runtimes/ports.js';
import { decodeLine } from './lines.js';

const lineFeed = 0x0a;

/** The messages of each piece, as far as their lines are whole. Throws on a line that is damaged, or has no end. */
export async function* messagesIn(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Message[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const messages: Message[] = [];
    rest = Buffer.from(eachLine(rest.length === 0 ? asBuffer(piece) : Buffer.concat([rest, piece]), messages));
    if (messages.length > 0) yield messages;
  }
  if (rest.length > 0) throw new Error(`the last line has no end: ${JSON.stringify(rest.toString('latin1', 0, 80))}`);
}

/** Adds the messages of whole lines; returns what is left. */
function eachLine(data: Buffer, messages: Message[]): Buffer {
  let start = 0;
  for (let end = data.indexOf(lineFeed); end !== -1; end = data.indexOf(lineFeed, start)) {
    const message = decodeLine(data.subarray(start, end));
    // The archive does not keep the producer's time.
    if (message !== undefined) messages.push({ ...message, timestampMs: Number.NaN });
    start = end + 1;
  }
  return data.subarray(start);
}

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
