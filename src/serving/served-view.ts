/**
 * The shape of served views: a table per question with a row per key and each sum in five faces, for panels and ad-hoc
 * CQL. A view is replaced as a whole, and its version decides which replacement counts (protocol rule 12).
 * Names only: it neither reads answers nor writes tables. Pure.
 */
import { createHash } from 'node:crypto';
import { builtinQuestions } from '../questions/builtin.js';
import { keyName, type Question, type Sum } from '../questions/question.js';
import type { ServedRow, ServedSum } from '../runtimes/ports.js';
import type { SumTable } from '../sums/table.js';

/** The faces of a sum, by the ending of the column that shows each. */
export const sumFaces = ['base', 'real_time', 'merged', 'truth', 'error'] as const;

export type SumFace = (typeof sumFaces)[number];

/** What the name of every served table begins with, and of no other. */
export const servedTablePrefix = 'served_';

/** More slices than a pipeline ever commits between two switches: 3 a second for ten thousand years. */
const numbersPerGeneration = 10n ** 12n;

/**
 * Orders replacements: a later switch first, then a later slice or base. Neither number ever falls, so of one generation
 * two views with the same version have the same content, base and real time included.
 */
export function viewVersion(generation: number, number: number, baseNumber: number): bigint {
  return BigInt(generation) * numbersPerGeneration + BigInt(number + baseNumber);
}

/** Both views of a question: the newest answer, and the newest one whose truth is known. */
export const viewFaces = ['answer', 'checked'] as const;

/**
 * The version of what is emptied because a switch's live pipeline does not ask it: after all that was served before that
 * switch, before all that is served after the next one.
 */
export function emptiedVersion(generation: number): bigint {
  return viewVersion(generation, 0, 0);
}

/**
 * The table of a question: `items-sold` is served in `served_items_sold`. A version's own question has the shape of its
 * key and sums in the name too, since another version may mean another one by that name.
 */
export function servedTable(question: Question): string {
  const table = `${servedTablePrefix}${identifier(question.name.replaceAll('-', '_'))}`;
  const builtin = builtinQuestions.find(({ name }) => name === question.name);
  return builtin !== undefined && shape(builtin) === shape(question) ? table : `${table}_${shape(question)}`;
}

/** Six hexadecimal digits of what a question's columns follow from. */
function shape(question: Question): string {
  const columns = JSON.stringify([keyColumns(question), Object.keys(question.sums)]);
  return createHash('sha256').update(columns).digest('hex').slice(0, 6);
}

/** The columns of a question's key, in its order. */
export function keyColumns(question: Question): readonly string[] {
  return question.key.map((expression) => identifier(keyName(expression)));
}

/** The column of one face of a sum: `revenueCents` in `real_time` is `revenue_cents_real_time`. */
export function sumColumn(sum: string, face: SumFace): string {
  return identifier(`${sum.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_${face}`);
}

/** The five faces of a sum's value. The error is merged minus truth, 0 is right; null where either has no value. */
export function faceValues(sum: ServedSum): Readonly<Record<SumFace, bigint | null>> {
  const error = sum.truth === null || sum.merged === null ? null : sum.merged - sum.truth;
  return { base: sum.base, real_time: sum.realTime, merged: sum.merged, truth: sum.truth, error };
}

/** The tables that a view shows side by side; `truth` is null where it is not known. */
export interface ViewTables {
  readonly base: SumTable;
  readonly realTime: SumTable;
  readonly merged: SumTable;
  readonly truth: SumTable | null;
}

/** A row for each key that any of the tables has. A key that a table lacks has no events there: counts and totals are 0. */
export function servedRows(question: Question, tables: ViewTables): readonly ServedRow[] {
  const keys = new Set([...tables.merged.keys(), ...(tables.truth?.keys() ?? [])]);
  const columns = keyColumns(question);
  const sums = Object.entries(question.sums);
  return [...keys].sort().map((key) => {
    const parts = JSON.parse(key) as readonly unknown[];
    const sumAt = (table: SumTable, i: number) => table.get(key)?.[i] ?? ofNoEvents(sums[i]![1]);
    return {
      key: Object.fromEntries(columns.map((column, i) => [column, String(parts[i])])),
      sums: Object.fromEntries(
        sums.map(([name], i) => [
          name,
          {
            base: sumAt(tables.base, i),
            realTime: sumAt(tables.realTime, i),
            merged: sumAt(tables.merged, i),
            truth: tables.truth === null ? null : sumAt(tables.truth, i),
          },
        ]),
      ),
    };
  });
}

function ofNoEvents({ sum }: Sum): bigint | null {
  return sum === 'least' || sum === 'greatest' ? null : 0n;
}

/** Names become table and column names as they are, so only those that CQL takes without quotes are let through. */
function identifier(name: string): string {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(name)) throw new Error(`not a name for a table or column: ${name}`);
  return name;
}
