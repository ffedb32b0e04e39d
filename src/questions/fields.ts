/** The fields of an event that questions look at. Pure. */
import { keyField, type Question, type Sum } from './question.js';

/** In no order, each once; also those that no event has. */
export function fieldsOf(questions: readonly Question[]): ReadonlySet<string> {
  return new Set(
    questions.flatMap(({ where, key, sums }) => [
      ...Object.keys(where),
      ...key.map(keyField),
      ...Object.values(sums).flatMap(fieldsOfSum),
    ]),
  );
}

function fieldsOfSum(sum: Sum): readonly string[] {
  return [...Object.keys(sum.where ?? {}), ...addedUp(sum)];
}

/** The fields whose values a sum is made of. */
export function addedUp(sum: Sum): readonly string[] {
  switch (sum.sum) {
    case 'count':
      return [];
    case 'total-of-product':
      return sum.fields;
    default:
      return [sum.field];
  }
}
