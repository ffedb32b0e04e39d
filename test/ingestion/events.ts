/** Events and requests as the tests of ingestion send them. */
import { Agent, request } from 'node:http';
import { saleAt } from '../../generator/purchases.js';

const seed = 77;

/** The text of the n-th event, a sale. */
export const eventText = (n: number): string => JSON.stringify(saleAt(seed, n, 1_700_000_000_000 + n));

/** The texts of events `from` up to `until`. */
export const eventTexts = (from: number, until: number): string[] =>
  Array.from({ length: until - from }, (_, i) => eventText(from + i));

export const arrayOf = (texts: readonly string[]): string => `[${texts.join(',')}]`;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  readonly body: any;
}

export interface Post {
  readonly port: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  readonly method?: string;
  readonly path?: string;
}

/** Sends one request, and rejects where no answer comes. */
export function send(
  { port, headers = {}, agent, method = 'POST', path = '/events' }: Post,
  body: string | Uint8Array,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers };
    const options = { host: '127.0.0.1', port, method, path, headers: all, ...(agent === undefined ? {} : { agent }) };
    const asking = request(options, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece) => pieces.push(piece)).on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: text === '' ? null : JSON.parse(text),
        });
      });
    });
    asking.on('error', reject).end(body);
  });
}

/** Runs `task` for 0 up to `count`, at most `atOnce` at a time. */
export async function each(count: number, atOnce: number, task: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** Connections that are kept, so many at most. */
export const keptConnections = (maxSockets: number) => new Agent({ keepAlive: true, maxSockets });
