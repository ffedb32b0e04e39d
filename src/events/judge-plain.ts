/**
 * The judge for whoever needs some fields of very many events: plain messages are read without a JSON parser, and of their
 * fields only those that are asked for become values. All else goes to parse.ts, whose verdicts these are too. Pure.
 */
import type { FieldValue, Judgement } from './event.js';
import { judge } from './parse.js';
import { kindSlot, newPlainRow, readPlain } from './plain.js';
import { eventRule, type FieldRule, isOfKind, type Kind, kinds } from './rule.js';

type ReadField = (value: Uint8Array, row: Float64Array) => FieldValue;
type MakeEvent = (value: Uint8Array, row: Float64Array) => Readonly<Record<string, FieldValue>>;

/** A judge whose events have these fields at least, as far as the rule has them for their kind. */
export function judgeFor(fields: Iterable<string>): (value: Uint8Array | null) => Judgement {
  const wanted = new Set(fields);
  const makers = kinds.map((kind) => compileEvent(kind, wanted));
  const row = newPlainRow();
  return (value) => {
    if (value === null || !readPlain(value, row)) return judge(value);
    return { event: makers[row[kindSlot]!]!(value, row) };
  };
}

/** One literal with all fields at once, as in parse.ts: set one by one they cost several times as much. */
function compileEvent(kind: Kind, wanted: ReadonlySet<string>): MakeEvent {
  const readers: ReadField[] = [];
  const entries: string[] = [];
  for (const [i, field] of eventRule.entries()) {
    if (!wanted.has(field.name) || !isOfKind(field, kind)) continue;
    entries.push(`${JSON.stringify(field.name)}: readers[${readers.length}](value, row)`);
    readers.push(readerOf(field, 2 * i));
  }
  return new Function('readers', `return (value, row) => ({ ${entries.join(', ')} });`)(readers) as MakeEvent;
}

function readerOf(field: FieldRule, slot: number): ReadField {
  if (field.type === 'integer') return (_, row) => row[slot]!;
  if (field.type === 'boolean') return (_, row) => row[slot] === 1;
  const { allowed } = field;
  if (allowed !== undefined) return (_, row) => allowed[row[slot]!]!;
  const textOf = sameTexts();
  return (value, row) => textOf(value, row[slot]!, row[slot + 1]!);
}

const knownTexts = 1024;

/**
 * Reads ASCII texts; one that was read lately is given again, since making a text and looking it up by its letters costs
 * more than comparing its bytes. One text a place: it forgets by itself.
 */
function sameTexts() {
  const texts = new Array<string>(knownTexts).fill('');
  return (value: Uint8Array, start: number, end: number): string => {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + value[i]!) | 0;
    const place = (hash ^ (hash >>> 10)) & (knownTexts - 1);
    const known = texts[place]!;
    if (isSame(known, value, start, end)) return known;
    const text = Buffer.from(value.buffer, value.byteOffset + start, end - start).toString('latin1');
    texts[place] = text;
    return text;
  };
}

function isSame(text: string, value: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== value[start + i]) return false;
  return true;
}
