/** Reads the archive's lines from the pieces that they come in: bytes stay bytes, wherever a piece ends. Pure. */
import type { Message } from '../runtimes/ports.js';
import { decodeLine } from './lines.js';

const lineFeed = 0x0a;

/** The messages of each piece, as far as their lines are whole. Throws on a line that is damaged, or has no end. */
export async function* messagesIn(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Message[]> {
  const lines = new LinesReader();
  for await (const piece of pieces) {
    const messages = lines.take(piece);
    if (messages.length > 0) yield messages;
  }
  lines.end();
}

/** Takes one piece after the other, and keeps the line that has not come to its end. */
export class LinesReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages whose lines end in this piece. Throws on a damaged line. */
  take(piece: Uint8Array): readonly Message[] {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const data = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const messages: Message[] = [];
    let start = 0;
    for (let end = data.indexOf(lineFeed); end !== -1; end = data.indexOf(lineFeed, start)) {
      const message = decodeLine(data.subarray(start, end));
      // The archive does not keep the producer's time.
      if (message !== undefined) messages.push({ ...message, timestampMs: Number.NaN });
      start = end + 1;
    }
    // A copy: a view would hold the whole piece.
    this.#rest = Buffer.from(data.subarray(start));
    return messages;
  }

  /** Throws when the last line has not come to its end. */
  end(): void {
    const rest = this.#rest;
    if (rest.length > 0) throw new Error(`the last line has no end: ${JSON.stringify(rest.toString('latin1', 0, 80))}`);
  }
}
