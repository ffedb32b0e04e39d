/**
 * Reads messages that are written as plainly as can be: the rule's fields for their kind in its order and nothing else, nothing escaped
 * or spaced, all of it printable ASCII, and the rule keeps. Then the bytes are the fields and the fields are the bytes, and
 * both are had without a JSON parser at a fraction of its price. Of anything else it says nothing: parse.ts judges that,
 * and test/events holds the two to the same verdicts. Pure.
 */
import { beforeKind, eventRule, type FieldRule, fieldsOfKind, kinds } from './rule.js';

/**
 * What was read of one message, two numbers a field in the rule's order. A text: where it begins and ends in the value;
 * one of a list of allowed ones: which one, and 0; an integer: its value, and 0; a boolean: 1 or 0, and 0.
 */
export type PlainRow = Float64Array;

/** Where a row says of which kind its message is: by its place in `kinds`. */
export const kindSlot = slotOf('kind');

/** A row to read into. */
export const newPlainRow = (): PlainRow => new Float64Array(2 * eventRule.length);

/** Reads a value into `row`. False where it is not a plain one that the rule accepts; then `row` holds nothing of use. */
export function readPlain(value: Uint8Array, row: PlainRow): boolean {
  const { buffer, byteOffset } = value;
  if (buffer !== whole.bytes.buffer) whole = { bytes: new Uint8Array(buffer), view: new DataView(buffer) };
  return readWithin(whole.bytes, whole.view, byteOffset, byteOffset + value.length, row);
}

/** Views of the memory that the last value lay in: those of one answer of the log lie in the same. */
let whole = viewsOf(new ArrayBuffer(0));

function viewsOf(buffer: ArrayBufferLike) {
  return { bytes: new Uint8Array(buffer), view: new DataView(buffer) };
}

type Reader = (bytes: Uint8Array, view: DataView, from: number, end: number, row: PlainRow) => boolean;

const readWithin = compilePlain();

/** The rule as one straight function over bytes, for the reason that parse.ts gives. */
export function compilePlain(): Reader {
  const ways = kinds.map((kind, i) => `case ${i}: {\n${readSource(fieldsOfKind(kind), beforeKind.length)}\n}`);
  const source = `return (bytes, view, from, end, row) => {
    let at = from;
    ${readSource(beforeKind, 0)}
    switch (row[${kindSlot}]) {\n${ways.join('\n')}\n}
  };`;
  return new Function(source)() as Reader;
}

/** Reads these fields from the one at `first` on; to the end of the value, unless they are those that come before. */
function readSource(fields: readonly FieldRule[], first: number): string {
  const steps = fields.slice(first).flatMap((field, i) => {
    const before = first + i === 0 ? '{' : `${quoteOf(fields[first + i - 1]!)},`;
    return [expect(`${before}${JSON.stringify(field.name)}:${quoteOf(field)}`), stepOf(field, slotOf(field.name))];
  });
  if (first > 0) steps.push(expect(`${quoteOf(fields.at(-1)!)}}`), 'return at === end;');
  return steps.join('\n');
}

function quoteOf({ type }: FieldRule): string {
  return type === 'text' ? '"' : '';
}

/** Where a row has a field. */
function slotOf(field: string): number {
  return 2 * eventRule.findIndex(({ name }) => name === field);
}

/** Goes past a text that must stand there. */
function expect(text: string): string {
  return `if (at + ${text.length} > end || ${differs(text)}) return false;\nat += ${text.length};`;
}

/** Whether other bytes than those of an ASCII text stand at `at`, four a step; `at + text.length` is within the bytes. */
function differs(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  const tests: string[] = [];
  let done = 0;
  for (; done + 4 <= bytes.length; done += 4)
    tests.push(`view.getInt32(at + ${done}, true) !== ${bytes.readInt32LE(done)}`);
  for (; done < bytes.length; done++) tests.push(`bytes[at + ${done}] !== ${bytes[done]}`);
  return tests.join(' || ');
}

function stepOf(field: FieldRule, slot: number): string {
  switch (field.type) {
    case 'text':
      return field.allowed === undefined ? freeText(field.longest, slot) : listedText(field.allowed, slot);
    case 'integer':
      return integer(field.least, field.greatest, slot);
    case 'boolean':
      return `if (at + 4 <= end && !(${differs('true')})) { row[${slot}] = 1; at += 4; }
        else if (at + 5 <= end && !(${differs('false')})) { row[${slot}] = 0; at += 5; }
        else return false;`;
  }
}

function freeText(longest: number, slot: number): string {
  return `const start${slot} = at;
    for (let byte; at < end && (byte = bytes[at]) !== 34; at++) if (byte < 32 || byte > 126 || byte === 92) return false;
    if (at === start${slot} || at - start${slot} > ${longest}) return false;
    row[${slot}] = start${slot} - from; row[${slot + 1}] = at - from;`;
}

/** With its closing quote, so that no text is taken for a longer one. */
function listedText(allowed: readonly string[], slot: number): string {
  const ways = allowed.map((text, i) => {
    const length = text.length + 1;
    return `if (at + ${length} <= end && !(${differs(`${text}"`)})) { row[${slot}] = ${i}; at += ${text.length}; }`;
  });
  return `${ways.join(' else ')} else return false;`;
}

/** At most fifteen digits: what is longer may not be a safe integer. */
function integer(least: number, greatest: number, slot: number): string {
  return `const first${slot} = at;
    let n${slot} = 0;
    for (let digit; at < end && (digit = bytes[at] - 48) >= 0 && digit <= 9; at++) n${slot} = n${slot} * 10 + digit;
    const digits${slot} = at - first${slot};
    if (digits${slot} === 0 || digits${slot} > 15 || (digits${slot} > 1 && bytes[first${slot}] === 48)) return false;
    if (n${slot} < ${least} || n${slot} > ${greatest}) return false;
    row[${slot}] = n${slot};`;
}
