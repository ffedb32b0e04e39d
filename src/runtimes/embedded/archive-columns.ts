/**
 * Messages as the columns of an archive file: the rule's fields, why a message was rejected, and its bytes where the
 * columns do not give them back. Plain messages come by readPlain, all others by the judge, which says of both the same.
 * It does not write files.
 */
import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../errors.js';
import type { EventFields } from '../../events/event.js';
import { judge } from '../../events/parse.js';
import { newPlainRow, readPlain } from '../../events/plain.js';
import { eventRule, type FieldRule } from '../../events/rule.js';
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

/** What was found of the messages. Fields are those of accepted ones alone, in their order, two numbers each (PlainRow). */
interface Judged {
  readonly messages: readonly Message[];
  /** Whether the rule accepts it, and whether its bytes are kept. */
  readonly isAccepted: Uint8Array;
  readonly isKept: Uint8Array;
  readonly accepted: Message[];
  readonly fields: readonly Float64Array[];
  /** Accepted ones that are not plain, by their place among the accepted. */
  readonly odd: Map<number, EventFields>;
  readonly kept: Uint8Array[];
  readonly reasons: string[];
}

/** The columns of these messages of one partition: at least one, ascending and without a gap. */
export async function archiveColumns(messages: readonly Message[]): Promise<readonly Column[]> {
  const judged = await judgeAll(messages);
  const columns = [...placeColumns(messages), ...keptColumns(judged)];
  for (const [i, field] of eventRule.entries()) {
    columns.push(column(field.name, columnTypes[field.type], presence(judged.isAccepted), valuesOf(judged, field, i)));
    await setImmediate();
  }
  return columns;
}

async function judgeAll(messages: readonly Message[]): Promise<Judged> {
  const flags = () => new Uint8Array(messages.length);
  const judged: Judged = {
    ...{ messages, isAccepted: flags(), isKept: flags(), accepted: [], odd: new Map(), kept: [], reasons: [] },
    fields: Array.from({ length: 2 * eventRule.length }, () => new Float64Array(messages.length)),
  };
  const row = newPlainRow();
  for (let from = 0; from < messages.length; from += turnMessages) {
    for (let i = from; i < Math.min(from + turnMessages, messages.length); i++) judgeOne(judged, i, row);
    await setImmediate();
  }
  return judged;
}

function judgeOne(judged: Judged, i: number, row: Float64Array): void {
  const message = judged.messages[i]!;
  const { value } = message;
  const place = judged.accepted.length;
  if (value !== null && readPlain(value, row)) {
    for (let slot = 0; slot < row.length; slot++) judged.fields[slot]![place] = row[slot]!;
  } else {
    if (value !== null) {
      judged.isKept[i] = 1;
      judged.kept.push(value);
    }
    const judgement = judge(value);
    if ('reason' in judgement) {
      judged.reasons.push(judgement.reason);
      return;
    }
    judged.odd.set(place, judgement.event);
  }
  judged.isAccepted[i] = 1;
  judged.accepted.push(message);
}

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

function keptColumns({ isAccepted, isKept, kept, reasons }: Judged): Column[] {
  const isRejected = isAccepted.map((flag) => 1 - flag);
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

function valuesOf({ accepted, fields, odd }: Judged, field: FieldRule, i: number): EncodedValues {
  const [values, ends] = [fields[2 * i]!, fields[2 * i + 1]!];
  switch (field.type) {
    case 'integer':
      for (const [place, event] of odd) values[place] = event[field.name] as number;
      return encodeIntegers(values, accepted.length);
    case 'boolean':
      for (const [place, event] of odd) values[place] = Number(event[field.name]);
      return encodeBooleans(values, accepted.length);
    case 'text':
      if (field.allowed !== undefined) {
        for (const [place, event] of odd) values[place] = field.allowed.indexOf(event[field.name] as string);
        return encodeListed(values, accepted.length, field.allowed);
      }
      return encodeTexts(freeTexts(accepted, values, ends, odd, field.name));
  }
}

/** A plain message's text lies in its value. */
function freeTexts(
  accepted: readonly Message[],
  starts: Float64Array,
  ends: Float64Array,
  odd: ReadonlyMap<number, EventFields>,
  name: string,
): TextValues {
  const texts = new Map<number, Buffer>();
  for (const [place, event] of odd) {
    const text = Buffer.from(event[name] as string);
    texts.set(place, text);
    starts[place] = 0;
    ends[place] = text.length;
  }
  const source =
    texts.size === 0
      ? (i: number) => accepted[i]!.value!
      : (i: number) => texts.get(i) ?? (accepted[i]!.value as Uint8Array);
  return { count: accepted.length, source, starts, ends };
}
