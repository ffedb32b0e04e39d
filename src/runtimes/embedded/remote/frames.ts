/**
 * Messages between a lab's process and the command line, over a stream of bytes: four bytes of length, big-endian, then
 * one value in Node's own serialisation, which knows maps, 64-bit integers and bytes. Bounded: what claims to be longer
 * is not waited for.
 */
import { deserialize, serialize } from 'node:v8';
import { LabError } from '../../../errors.js';

/** One question's slices above a base are some MiB; an answer of the log's reader is bounded by itself. */
export const frameBytesMax = 256 << 20;
const headerBytes = 4;

/** A value as it is sent. Throws for what cannot be sent, such as a function. */
export function encodeFrame(value: unknown): Buffer {
  const body = serialize(value);
  if (body.length > frameBytesMax) throw tooLong(body.length);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(body.length);
  return Buffer.concat([header, body]);
}

/** Puts values together from the pieces in which they come. */
export class FrameReader {
  readonly #bytesMax: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #needed = headerBytes;

  constructor(bytesMax: number = frameBytesMax) {
    this.#bytesMax = bytesMax;
  }

  /** The values that are whole now. Throws where the bytes are none: then the stream is of no more use. */
  take(piece: Buffer): readonly unknown[] {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    const values: unknown[] = [];
    // Joined only when enough has come: a long frame comes in many pieces.
    while (this.#bytes >= this.#needed) {
      const joined = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
      const length = joined.readUInt32BE();
      if (length > this.#bytesMax) throw tooLong(length);
      const end = headerBytes + length;
      const isWhole = joined.length >= end;
      if (isWhole) values.push(decode(joined.subarray(headerBytes, end)));
      const rest = isWhole ? joined.subarray(end) : joined;
      this.#pieces = [rest];
      this.#bytes = rest.length;
      this.#needed = isWhole ? headerBytes : end;
    }
    return values;
  }
}

function decode(body: Buffer): unknown {
  try {
    return deserialize(body);
  } catch (cause) {
    throw new LabError(`a message of ${body.length} bytes is none of snacklab`, { detail: {}, cause });
  }
}

function tooLong(length: number): LabError {
  return new LabError(`a message of ${length} bytes is longer than any may be`, { detail: { length } });
}
