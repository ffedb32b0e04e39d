/**
 * Cuts a request's body into events without changing a byte of any: an event is stored as the raw text of its element or
 * line, without the white space around it. It finds where elements end and does not judge them: whether one is JSON, and
 * an event, is for the rule to say. Pure.
 */

/** `json`: one object, or an array of them. `lines`: an object a line. */
export type BodyKind = 'json' | 'lines';

/** `tooMany`: there are more than `eventsMax`. `problem`: where the events are cannot be told. */
export type SplitBody =
  | { readonly events: readonly Uint8Array[] }
  | { readonly tooMany: true }
  | { readonly problem: string };

/** The events are parts of `body`, not copies. */
export function splitBody(body: Uint8Array, kind: BodyKind, eventsMax: number): SplitBody {
  const { from, until } = trimmed(body, 0, body.length);
  if (from === until) return { problem: 'the body is empty' };
  if (kind === 'lines') return lines(body, eventsMax);
  if (body[from] === openBracket) return elements(body, from, until, eventsMax);
  return { events: [body.subarray(from, until)] };
}

const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];
const [quote, backslash, comma, lineFeed] = [0x22, 0x5c, 0x2c, 0x0a];

function lines(body: Uint8Array, eventsMax: number): SplitBody {
  const events: Uint8Array[] = [];
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(lineFeed, start);
    const end = found === -1 ? body.length : found;
    const { from, until } = trimmed(body, start, end);
    if (from < until && events.push(body.subarray(from, until)) > eventsMax) return { tooMany: true };
    start = end + 1;
  }
  return { events };
}

/** An element that lacks, as between two commas, is an empty event, which the rule refuses. */
function elements(body: Uint8Array, openedAt: number, until: number, eventsMax: number): SplitBody {
  const events: Uint8Array[] = [];
  let depth = 0;
  let start = openedAt + 1;
  const take = (end: number) => {
    const element = trimmed(body, start, end);
    start = end + 1;
    return events.push(body.subarray(element.from, element.until));
  };
  for (let at = openedAt + 1; at < until; at++) {
    switch (body[at]) {
      case quote:
        at = endOfText(body, at + 1, until);
        break;
      case openBrace:
      case openBracket:
        depth++;
        break;
      case comma:
        if (depth === 0 && take(at) > eventsMax) return { tooMany: true };
        break;
      case closeBrace:
      case closeBracket:
        if (depth-- > 0) break;
        if (body[at] !== closeBracket || at !== until - 1)
          return { problem: `the array ends at byte ${at}, too early` };
        if (events.length === 0 && isBlank(body, start, at)) return { events };
        return take(at) > eventsMax ? { tooMany: true } : { events };
    }
  }
  return { problem: 'the array does not end' };
}

/** Where a text ends that begins before `at`: its closing quote, or the body's end. */
function endOfText(body: Uint8Array, begins: number, until: number): number {
  for (let at = begins; at < until; at++) {
    if (body[at] === quote) return at;
    if (body[at] === backslash) at++;
  }
  return until;
}

function isBlank(body: Uint8Array, from: number, until: number): boolean {
  const inner = trimmed(body, from, until);
  return inner.from === inner.until;
}

/** JSON's white space: space, tab, line feed, carriage return. */
function trimmed(body: Uint8Array, start: number, end: number): { readonly from: number; readonly until: number } {
  let [from, until] = [start, end];
  while (from < until && isSpace(body[from]!)) from++;
  while (until > from && isSpace(body[until - 1]!)) until--;
  return { from, until };
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === lineFeed || byte === 0x0d;
}
