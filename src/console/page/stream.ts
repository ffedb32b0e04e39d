/**
 * The stream of events, read with fetch so that a token can be sent. It connects again after a growing pause, for ever, and
 * says each time how it stands; a stream that is silent for long counts as broken.
 */
import type { Parts, Welcome } from '../hub.js';

export type StreamEvents = Parts & { readonly welcome: Welcome; readonly full: string };

export type Standing =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'broken'; readonly why: string; readonly againMs: number }
  | { readonly state: 'refused'; readonly why: string };

export interface StreamListener {
  readonly event: <Name extends keyof StreamEvents>(name: Name, data: StreamEvents[Name]) => void;
  readonly standing: (standing: Standing) => void;
}

const pauseMs = { least: 500, most: 8_000 };
/** The console says something twice a second. */
const silentMsMax = 8_000;

/** Follows the stream until the page is left. */
export async function followStream(listener: StreamListener, headers: () => Record<string, string>): Promise<never> {
  let pause = pauseMs.least;
  for (;;) {
    listener.standing({ state: 'connecting' });
    const ended = await readStream(listener, headers(), () => {
      pause = pauseMs.least;
    });
    if (ended.refused) listener.standing({ state: 'refused', why: ended.why });
    else listener.standing({ state: 'broken', why: ended.why, againMs: pause });
    await new Promise((resolve) => setTimeout(resolve, ended.refused ? pauseMs.most : pause));
    pause = Math.min(pause * 1.7, pauseMs.most);
  }
}

interface Ended {
  readonly why: string;
  readonly refused: boolean;
}

async function readStream(listener: StreamListener, headers: Record<string, string>, came: () => void): Promise<Ended> {
  const giveUp = new AbortController();
  let timer = setTimeout(() => giveUp.abort(), silentMsMax);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => giveUp.abort(), silentMsMax);
  };
  try {
    const response = await fetch('/events', { headers, cache: 'no-store', signal: giveUp.signal });
    if (!response.ok) return { why: await reasonOf(response), refused: response.status === 401 };
    let full: string | undefined;
    for await (const [name, data] of eventsOf(response.body!)) {
      heard();
      came();
      if (name === 'full') full = data as string;
      else listener.event(name, data as never);
      if (name === 'welcome') listener.standing({ state: 'live' });
    }
    return { why: full ?? 'the console has ended the connection', refused: false };
  } catch {
    const why = giveUp.signal.aborted ? 'the console has gone silent' : 'the console does not answer';
    return { why, refused: false };
  } finally {
    clearTimeout(timer);
    giveUp.abort();
  }
}

async function reasonOf(response: Response): Promise<string> {
  const said: unknown = await response.json().catch(() => undefined);
  const error = (said as { error?: unknown } | undefined)?.error;
  return typeof error === 'string' ? error : `the console answered ${response.status}`;
}

/** Each event as its name and data. The console sends one line of each. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<[keyof StreamEvents, unknown]> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      if (name !== undefined) yield [name as keyof StreamEvents, JSON.parse(data!)];
    }
  }
}
