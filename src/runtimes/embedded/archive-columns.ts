/**
 * Messages as the columns of an archive file: the rule's fields, why a message was rejected, and its bytes where the
 * columns do not give them back. Plain messages come by readPlain, all others by the judge, which says of both the same.
 * It does not write files.
 */
import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../errors.js';
import type { EventFields } from '../../events/event.js';
import { judge } from '../../events/parse.js';
import { kindSlot, newPlainRow, readPlain } from '../../events/plain.js';
import { eventRule, type FieldRule, isOfKind, type Kind, kinds } from '../../events/rule.js';
import type { Message } from '../ports.js';
import {
  type EncodedValues,
  encodeBooleans,
  encodeIntegers,
  encodeListed,
  encodeSequence,
  encodeTexts,
  type TextValues,
} from './parquet/encode.js';
import type { Column, ColumnType } from './parquet/file.js';

const columnTypes = { text: 'VARCHAR', integer: 'BIGINT', boolean: 'BOOLEAN' } as const;

/** Messages that are looked at without giving way to others: some milliseconds. */
const turnMessages = 4096;

/** A field's values, of those accepted messages whose kind has it, in their order: two numbers each (PlainRow). */
interface FieldValues {
  readonly field: FieldRule;
  readonly firsts: Float64Array;
  readonly seconds: Float64Array;
  /** What holds each free text: the message, or the text alone where the message is not plain. Empty of other fields. */
  readonly sources: Uint8Array[];
  count: number;
}

/** What was found of the messages. */
interface Judged {
  /** By message: 0 where the rule rejects it, else 1 and the place of its kind among `kinds`. */
  readonly verdicts: Uint8Array;
  /** By message: whether its bytes are kept. */
  readonly isKept: Uint8Array;
  readonly fields: readonly FieldValues[];
  readonly kept: Uint8Array[];
  readonly reasons: string[];
}

/** The columns of these messages of one partition: at least one, ascending and without a gap. */
export async function archiveColumns(messages: readonly Message[]): Promise<readonly Column[]> {
  const judged = await judgeAll(messages);
  const columns = [...placeColumns(messages), ...keptColumns(judged)];
  const present = presenceByKinds(judged.verdicts);
  for (const values of judged.fields) {
    const { field } = values;
    columns.push(column(field.name, columnTypes[field.type], present(field), encoded(values)));
    await setImmediate();
  }
  return columns;
}

async function judgeAll(messages: readonly Message[]): Promise<Judged> {
  const flags = () => new Uint8Array(messages.length);
  const numbers = () => new Float64Array(messages.length);
  const fields = eventRule.map((field) => ({
    ...{ field, firsts: numbers(), seconds: numbers(), sources: [], count: 0 },
  }));
  const judged: Judged = { verdicts: flags(), isKept: flags(), fields, kept: [], reasons: [] };
  const row = newPlainRow();
  for (let from = 0; from < messages.length; from += turnMessages) {
    for (let i = from; i < Math.min(from + turnMessages, messages.length); i++) {
      judgeOne(judged, i, messages[i]!.value, row);
    }
    await setImmediate();
  }
  return judged;
}

function judgeOne(judged: Judged, i: number, value: Uint8Array | null, row: Float64Array): void {
  if (value !== null && readPlain(value, row)) {
    const kind = row[kindSlot]!;
    judged.verdicts[i] = 1 + kind;
    addPlain(judged, placesByKind[kind]!, row, value);
    return;
  }
  if (value !== null) {
    judged.isKept[i] = 1;
    judged.kept.push(value);
  }
  const judgement = judge(value);
  if ('reason' in judgement) {
    judged.reasons.push(judgement.reason);
    return;
  }
  const kind = kinds.indexOf(judgement.event.kind as Kind);
  judged.verdicts[i] = 1 + kind;
  for (const place of placesByKind[kind]!) addValue(judged.fields[place]!, judgement.event);
}

/** By kind: the places of its fields in the rule. */
const placesByKind = kinds.map((kind) => eventRule.flatMap((field, i) => (isOfKind(field, kind) ? [i] : [])));

function addPlain({ fields }: Judged, places: readonly number[], row: Float64Array, value: Uint8Array): void {
  for (const place of places) {
    const values = fields[place]!;
    values.firsts[values.count] = row[2 * place]!;
    values.seconds[values.count] = row[2 * place + 1]!;
    values.count++;
    if (isFree(values.field)) values.sources.push(value);
  }
}

function addValue(values: FieldValues, event: EventFields): void {
  const { field, sources, firsts, seconds } = values;
  const value = event[field.name]!;
  const at = values.count++;
  if (field.type !== 'text') firsts[at] = Number(value);
  else if (field.allowed !== undefined) firsts[at] = field.allowed.indexOf(value as string);
  else {
    const text = Buffer.from(value as string);
    sources.push(text);
    firsts[at] = 0;
    seconds[at] = text.length;
  }
}

const isFree = (field: FieldRule) => field.type === 'text' && field.allowed === undefined;

const column = (name: string, type: ColumnType, isThere: Column['isThere'], values: EncodedValues): Column => ({
  ...{ name, type, isThere, values },
});

/** Where they lie in the log: one partition, and no gap between them. */
function placeColumns(messages: readonly Message[]): Column[] {
  const { partition, offset } = messages[0]!;
  const last = messages.at(-1)!.offset;
  if (last - offset + 1 !== messages.length) {
    throw new LabError(`${messages.length} messages of partition ${partition} from ${offset} to ${last} have a gap`);
  }
  const partitions = new Float64Array(messages.length).fill(partition);
  return [
    column('partition', 'UTINYINT', true, encodeIntegers(partitions, messages.length)),
    column('offset', 'BIGINT', true, encodeSequence(offset, messages.length)),
  ];
}

function keptColumns({ verdicts, isKept, kept, reasons }: Judged): Column[] {
  const isRejected = verdicts.map((verdict) => (verdict === 0 ? 1 : 0));
  return [
    column('value', 'BLOB', presence(isKept), encodeTexts(wholeTexts(kept))),
    column(
      'reason',
      'VARCHAR',
      presence(isRejected),
      encodeTexts(wholeTexts(reasons.map((text) => Buffer.from(text)))),
    ),
  ];
}

function wholeTexts(texts: readonly Uint8Array[]): TextValues {
  const ends = Float64Array.from(texts, ({ length }) => length);
  return { count: texts.length, source: (i) => texts[i]!, starts: new Float64Array(texts.length), ends };
}

function presence(flags: Uint8Array): Column['isThere'] {
  if (!flags.includes(0)) return true;
  return flags.includes(1) ? flags : false;
}

/** Which messages have a field: the same for all fields of the same kinds. */
function presenceByKinds(verdicts: Uint8Array): (field: FieldRule) => Column['isThere'] {
  const known = new Map<string, Column['isThere']>();
  return (field) => {
    const id = field.kinds?.join() ?? '';
    const found = known.get(id);
    if (found !== undefined) return found;
    const has = Uint8Array.from([0, ...kinds.map((kind) => Number(isOfKind(field, kind)))]);
    const isThere = presence(verdicts.map((verdict) => has[verdict]!));
    known.set(id, isThere);
    return isThere;
  };
}

function encoded({ field, firsts, seconds, sources, count }: FieldValues): EncodedValues {
  switch (field.type) {
    case 'integer':
      return encodeIntegers(firsts, count);
    case 'boolean':
      return encodeBooleans(firsts, count);
    case 'text':
      if (field.allowed !== undefined) return encodeListed(firsts, count, field.allowed);
      return encodeTexts({ count, source: (i) => sources[i]!, starts: firsts, ends: seconds });
  }
}
