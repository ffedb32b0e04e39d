/** Reads a request's body, as long as it keeps to its limit and to what all requests together may hold. */
import type { Readable } from 'node:stream';
import type { Share } from './budget.js';

/** `cut`: the sender went away, or was too slow, before all of it was there. */
export type ReadBody = { readonly body: Uint8Array } | { readonly problem: 'too large' | 'no room' | 'cut' };

/** `announced` is what Content-Length says, so that what cannot fit is refused before it is sent. Never rejects. */
export function readBody(
  source: Readable,
  announced: number | undefined,
  bytesMax: number,
  share: Share,
): Promise<ReadBody> {
  if (announced !== undefined && announced > bytesMax) return Promise.resolve({ problem: 'too large' });
  // What was announced is taken at once: else many that have begun could each lack room for their end.
  if (announced !== undefined && !share.take(announced)) return Promise.resolve({ problem: 'no room' });
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const end = (result: ReadBody) => {
      source.off('data', take).off('end', whole).off('error', cut).off('close', cut);
      // What still comes of it is thrown away, so that the answer can be read.
      source.on('error', () => {}).resume();
      resolve(result);
    };
    const take = (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > bytesMax) return end({ problem: 'too large' });
      if (announced === undefined && !share.take(piece.length)) return end({ problem: 'no room' });
      pieces.push(piece);
    };
    const whole = () => end({ body: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, bytes) });
    const cut = () => end({ problem: 'cut' });
    source.on('data', take).on('end', whole).on('error', cut).on('close', cut);
  });
}
