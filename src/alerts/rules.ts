/** What somebody is called for, as data: each row of what is presented of an answer, by who or what it is about. Pure. */
import { brokenMachines } from '../presented/breakdowns.js';
import { type Presented, questionFor } from '../presented/presented.js';
import { servicesDue } from '../presented/services.js';
import { emptySoon } from '../presented/stock.js';
import type { Heads } from '../serving/head.js';

export interface AlertRule {
  readonly name: string;
  /** There is an alert for as long as it has a row, of a machine that is the shop's own: nobody can be sent to another. */
  readonly of: Presented;
  /** The columns by which rows are told apart, the machine among them: rows that differ in none of them are one alert. */
  readonly subject: readonly string[];
}

/** That a machine was serviced is in no event: its alert stays. */
export const alertRules: readonly AlertRule[] = [
  { name: 'slot-empty-soon', of: emptySoon, subject: ['machine', 'slot'] },
  { name: 'machine-broken', of: brokenMachines, subject: ['machine', 'problem'] },
  { name: 'service-due', of: servicesDue, subject: ['machine'] },
];

/** Whether the live version answers the rule's question, declared as the rule needs it. */
export function isAnswered({ of }: AlertRule, { heads, live }: Pick<Heads, 'heads' | 'live'>): boolean {
  return questionFor(of, heads.get(live)?.questions) !== undefined;
}
