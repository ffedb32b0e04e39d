/** A benchmark's row: what was measured, under which conditions, and what the project asks of it. Pure. */

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly conditions: readonly string[];
}

/** A row that could not be measured. */
export interface FailedRow {
  readonly name: string;
  readonly title: string;
  readonly failure: string;
}

/** Whether a figure keeps its bound; undefined where it has none. */
export function isKept({ value, atLeast, atMost }: Figure): boolean | undefined {
  if (atLeast === undefined && atMost === undefined) return undefined;
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}

/** All rows as a table for a reader. */
export function benchTable(rows: readonly (Row | FailedRow)[]): string {
  return rows.flatMap((row) => ['', row.title, ...rowLines(row)]).join('\n');
}

function rowLines(row: Row | FailedRow): string[] {
  if ('failure' in row) return [`  NOT MEASURED: ${row.failure}`];
  const width = Math.max(...row.figures.map((figure) => figure.what.length));
  return [
    ...row.figures.map((figure) => {
      const kept = isKept(figure);
      const mark = kept === undefined ? '' : kept ? 'kept' : 'MISSED';
      return `  ${figure.what.padEnd(width)}  ${shown(figure.value).padStart(12)} ${figure.unit.padEnd(9)} ${bound(figure).padEnd(20)} ${mark}`.trimEnd();
    }),
    ...row.conditions.map((condition) => `  - ${condition}`),
  ];
}

function bound({ atLeast, atMost }: Figure): string {
  if (atLeast !== undefined) return `at least ${shown(atLeast)}`;
  return atMost === undefined ? '' : `at most ${shown(atMost)}`;
}

function shown(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The middle one of an odd number of values, the lower middle of an even one. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}
