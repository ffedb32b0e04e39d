/** What a rule finds in one answer, and where that was decided. Pure. */
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
}

export interface Ruling {
  readonly rule: string;
  readonly findings: readonly Finding[];
  /** How long something has to be found before it is raised. */
  readonly settlesMs: number;
  readonly decided: Decided;
}

/** The ruling over an answer to the rule's question, which has to be declared as the rule needs it. */
export function rulingOf({ name, of, subject }: AlertRule, answer: ReadAnswer, atMs: number): Ruling {
  const { rows, settlesMs = 0 } = of.present(namedSumsOf(answer.question, answer.merged));
  const { pipeline, generation, number, position } = answer;
  return {
    rule: name,
    findings: rows.map((row) => {
      const told = of.columns.map((column, i) => ({
        ...column,
        text: `${column.name} ${cellText(row[i]!, column.kind)}`,
      }));
      const text = (some: typeof told) => some.map((one) => one.text).join(', ');
      return { subject: text(told.filter((one) => subject.includes(one.name))), says: text(told) };
    }),
    settlesMs,
    decided: { pipeline, generation, number, position, atMs },
  };
}

/** Whether a decision is taken from a later answer than another. Readers' positions never go back, unless by a switch. */
export function isLater(one: Decided, other: Decided): boolean {
  return one.generation > other.generation || (one.generation === other.generation && one.number > other.number);
}
