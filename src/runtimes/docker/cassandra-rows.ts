/**
 * The stored form of heads, slices, bases and truths: which column holds what, and how it is read back.
 * Positions and segments are compact JSON texts, since conditional writes compare them as texts.
 * Numbers that JavaScript could not hold exactly throw: they are never rounded.
 */
import type { types } from 'cassandra-driver';
import { LabError } from '../../errors.js';
import { formatPosition, type Position, parsePosition } from '../../positions/position.js';
import type { Head, Heads, Segment } from '../../serving/head.js';
import { type Unpack, unpack } from '../../serving/packed.js';
import type { Base, HeadColumns, ServiceReport, Slice, Truth } from '../ports.js';

type Row = types.Row;

interface HeadColumn {
  readonly column: string;
  readonly stored: (value: never) => unknown;
}

const asIs = (value: string | number) => value;
const asBigint = (value: number) => BigInt(value);
const asJson = (value: readonly Segment[]) => JSON.stringify(value.map(({ epoch, after }) => ({ epoch, after })));

/** Where each column of a head is stored. */
const headColumns: { readonly [Name in keyof HeadColumns]-?: HeadColumn } = {
  incarnation: { column: 'incarnation', stored: asIs },
  status: { column: 'status', stored: asIs },
  epoch: { column: 'epoch', stored: asIs },
  number: { column: 'number', stored: asBigint },
  position: { column: 'position', stored: formatPosition },
  segments: { column: 'segments', stored: asJson },
  hold: { column: 'hold', stored: asIs },
  baseId: { column: 'base_id', stored: asBigint },
  baseNumber: { column: 'base_number', stored: asBigint },
  baseCut: { column: 'base_cut', stored: formatPosition },
  foldId: { column: 'fold_id', stored: asBigint },
  foldNumber: { column: 'fold_number', stored: asBigint },
  nextBaseId: { column: 'next_base_id', stored: asBigint },
};

/** Columns of a head with the values that are stored for them. */
export function storedColumns(columns: HeadColumns): readonly (readonly [column: string, value: unknown])[] {
  return Object.entries(columns).map(([name, value]) => {
    const { column, stored } = headColumns[name as keyof HeadColumns];
    return [column, stored(value as never)];
  });
}

/** All rows of the partition of heads. Throws `unavailable` when `setup` has not made it yet. */
export function headsOfRows(rows: readonly Row[], architecture: string): Heads {
  const [first] = rows;
  if (first === undefined) {
    throw new LabError(`the serving store has no pipelines of ${architecture}`, {
      kind: 'unavailable',
      suggestion: `Start the lab, which sets it up: snacklab ${architecture} up`,
      detail: { architecture },
    });
  }
  const pipelines = rows.filter((row) => row.pipeline !== null);
  return {
    live: String(first.live),
    previous: first.previous ?? null,
    generation: integer(first.generation),
    forced: integer(first.forced),
    nextIncarnation: first.next_incarnation,
    heads: new Map(pipelines.map((row) => [String(row.pipeline), headOfRow(row)])),
  };
}

function headOfRow(row: Row): Head {
  return {
    pipeline: row.pipeline,
    incarnation: row.incarnation,
    status: row.status,
    origin: parsePosition(row.origin),
    questions: JSON.parse(row.questions),
    epoch: row.epoch,
    number: integer(row.number),
    position: parsePosition(row.position),
    segments: JSON.parse(row.segments),
    hold: row.hold,
    baseId: integer(row.base_id),
    baseNumber: integer(row.base_number),
    baseCut: parsePosition(row.base_cut),
    foldId: integer(row.fold_id),
    foldNumber: integer(row.fold_number),
    nextBaseId: integer(row.next_base_id),
  };
}

export function sliceOfRow(row: Row, unpackSums: Unpack): Slice {
  return {
    incarnation: row.incarnation,
    question: row.question,
    number: integer(row.number),
    epoch: row.epoch,
    from: parsePosition(row.from_position),
    until: parsePosition(row.until_position),
    messages: integer(row.messages),
    rejected: integer(row.rejected),
    leastEventMs: integerOrNull(row.least_event_ms),
    greatestEventMs: integerOrNull(row.greatest_event_ms),
    ...(row.committed_ms === null ? {} : { committedMs: integer(row.committed_ms) }),
    sums: unpackSums(row.sums),
  };
}

export function baseOfRow(row: Row, unpackSums: Unpack): Base {
  return {
    incarnation: row.incarnation,
    question: row.question,
    kind: row.kind,
    id: integer(row.id),
    number: integer(row.number),
    from: parsePosition(row.from_position),
    until: parsePosition(row.until_position),
    messages: integer(row.messages),
    rejected: integer(row.rejected),
    sums: unpackSums(row.sums),
  };
}

export function truthOfRow(row: Row): Truth {
  const position: Position = parsePosition(row.position);
  return {
    incarnation: row.incarnation,
    question: row.question,
    number: integer(row.number),
    position,
    messages: integer(row.messages),
    rejected: integer(row.rejected),
    repeats: integer(row.repeats),
    sums: unpack(row.sums),
  };
}

export function reportOfRow(row: Row): ServiceReport {
  return { service: row.service, atMs: integer(row.at_ms), report: JSON.parse(row.report) };
}

/** A stored 64-bit integer that the code holds as a number. */
export function integer(value: unknown): number {
  const number = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) {
    throw new LabError(`the serving store holds ${value} where an integer within ±(2^53-1) belongs`, {
      suggestion: 'the row is damaged or incomplete: take the lab down with --volumes and start it again',
    });
  }
  return number;
}

function integerOrNull(value: unknown): number | null {
  return value === null ? null : integer(value);
}
