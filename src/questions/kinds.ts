/**
 * Which kinds of events come through a question's filters, and whether they all have the fields that are looked at behind
 * those: a sum over what some events do not have would mean another thing in each layer. Pure.
 */
import { eventRule, isOfKind, type Kind, kinds } from '../events/rule.js';
import { addedUp } from './fields.js';
import { type Filter, keyField, type Question } from './question.js';

/** The kinds of which events can come through all of these filters. A filter on a field lets no event through without it. */
export function kindsThrough(...filters: readonly Filter[]): readonly Kind[] {
  return kinds.filter((kind) =>
    filters.every((filter) =>
      Object.entries(filter).every(([name, wanted]) =>
        name === 'kind' ? [wanted].flat().includes(kind) : hasField(kind, name),
      ),
    ),
  );
}

/** What is wrong with a question's filters, and where; undefined where each event that comes through has what is asked of it. */
export function misfit({ where, key, sums }: Question): Misfit | undefined {
  const through = kindsThrough(where);
  if (through.length === 0) return { path: ['where'], problem: nothingThrough };
  for (const [i, part] of key.entries()) {
    const problem = missing(through, keyField(part));
    if (problem !== undefined) return { path: ['key', i], problem };
  }
  for (const [name, sum] of Object.entries(sums)) {
    const own = kindsThrough(where, sum.where ?? {});
    if (own.length === 0) return { path: ['sums', name], problem: nothingThrough };
    for (const field of addedUp(sum)) {
      const problem = missing(own, field);
      if (problem !== undefined) return { path: ['sums', name], problem };
    }
  }
  return undefined;
}

/** `path` leads to the part of the question that does not fit. */
export interface Misfit {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

const nothingThrough = 'no event has all that this filter and the one around it ask for';

function missing(through: readonly Kind[], field: string): string | undefined {
  const without = through.filter((kind) => !hasField(kind, field));
  if (without.length === 0) return undefined;
  const having = kinds.filter((kind) => hasField(kind, field));
  return `${without.map((kind) => `no ${kind}`).join(' and ')} has ${field}: add where: { kind: ${listText(having)} }`;
}

const listText = (list: readonly Kind[]) => (list.length === 1 ? list[0]! : `[${list.join(', ')}]`);

function hasField(kind: Kind, name: string): boolean {
  const field = eventRule.find((one) => one.name === name);
  return field !== undefined && isOfKind(field, kind);
}
