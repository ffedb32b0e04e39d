/** What a rule finds in one answer, and where that was decided. Pure. */
import { placeOf } from '../machines/catalogue.js';
import type { Position } from '../positions/position.js';
import { cellText } from '../presented/cell-text.js';
import { namedSumsOf } from '../presented/presented.js';
import type { ReadAnswer } from '../serving/read-answer.js';
import type { AlertRule } from './rules.js';

/** The answer that something was decided from: the same at any time and for anybody. `atMs` is when, epoch ms. */
export interface Decided {
  readonly pipeline: string;
  /** Of the switch, and of the slice: with them decisions are in order. */
  readonly generation: number;
  readonly number: number;
  readonly position: Position;
  readonly atMs: number;
}

/** Who or what it is about, as `machine SNACK--3, problem silent`, and all that is said of it. */
export interface Finding {
  readonly subject: string;
  readonly says: string;
  /** How long it has to be found before it is raised. */
  readonly settlesMs: number;
}

export interface Ruling {
  readonly rule: string;
  readonly findings: readonly Finding[];
  readonly decided: Decided;
}

/** The ruling over an answer to the rule's question, which has to be declared as the rule needs it. */
export function rulingOf({ name, of, subject }: AlertRule, answer: ReadAnswer, atMs: number): Ruling {
  const { columns, present } = of;
  const { rows, settlesMs } = present(namedSumsOf(answer.question, answer.merged));
  const machine = columns.findIndex((column) => column.name === 'machine');
  const { pipeline, generation, number, position } = answer;
  return {
    rule: name,
    findings: rows.flatMap((row, i) => {
      if (placeOf(String(row[machine])) === undefined) return [];
      const texts = columns.map((column, at) => `${column.name} ${cellText(row[at]!, column.kind)}`);
      const about = texts.filter((_, at) => subject.includes(columns[at]!.name));
      return [{ subject: about.join(', '), says: texts.join(', '), settlesMs: settlesMs?.[i] ?? 0 }];
    }),
    decided: { pipeline, generation, number, position, atMs },
  };
}

/** Whether an answer is later than another. Readers' positions never go back, unless by a switch. */
export function isLater(one: Pick<Decided, 'generation' | 'number'>, other: Pick<Decided, 'generation' | 'number'>) {
  return one.generation > other.generation || (one.generation === other.generation && one.number > other.number);
}
