/**
 * What a declared question may be, as a schema: names that make tables and columns, fields and values that the event rule
 * has, and sums over what each event has that comes through the filters. Its messages end a sentence "… is X: must be …".
 */
import { z } from 'zod';
import { eventRule, type FieldRule } from '../events/rule.js';
import { misfit } from './kinds.js';
import { keyName } from './question.js';

const questionsMax = 20;
const sumsMax = 16;
/** Each event is compared with all of them, in each layer. */
const valuesMax = 64;

const fieldNames = eventRule.map(({ name }) => name);
const integerNames = eventRule.filter(({ type }) => type === 'integer').map(({ name }) => name);

const integerField = z.enum(integerNames, `must be an integer field: ${integerNames.join(', ')}`);

/** A mapping with these properties and no others. */
function mapping<T extends z.core.$ZodLooseShape>(shape: T) {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `must be one of ${names}` : `must be a mapping of ${names}`),
  });
}

/** A value that an event's field can have: a filter on any other would let nothing through, in silence. */
function allowedValue(field: FieldRule): z.ZodType<string | number | boolean> {
  const rule = valueRule(field);
  if (field.type === 'boolean') return z.boolean(rule);
  if (field.type === 'integer') return z.int(rule).min(field.least, rule).max(field.greatest, rule);
  if (field.allowed !== undefined) return z.enum(field.allowed, rule);
  return z
    .string(rule)
    .min(1, rule)
    .max(field.longest, rule)
    .regex(/^\P{Cs}*$/u, rule);
}

function valueRule(field: FieldRule): string {
  if (field.type === 'boolean') return 'must be true or false';
  if (field.type === 'integer') return `must be a whole number from ${field.least} to ${field.greatest}`;
  if (field.allowed !== undefined) return `must be one of ${field.allowed.join(', ')}`;
  return `must be a text of 1 to ${field.longest} characters`;
}

/** One value, or a list of those of which an event may have any. */
function allowedValues(field: FieldRule) {
  const value = allowedValue(field);
  const rule = valueRule(field);
  const listRule = `${rule}, or a list of 1 to ${valuesMax} such values, each of them once`;
  const list = z
    .array(value)
    .min(1, { error: listRule, abort: true })
    .max(valuesMax, { error: listRule, abort: true })
    .refine((values) => new Set(values).size === values.length, { error: listRule, abort: true });
  return z.union([value, list], { error: ({ input }) => (Array.isArray(input) ? listRule : rule) });
}

const where = mapping(
  Object.fromEntries(eventRule.map((field) => [field.name, z.exactOptional(allowedValues(field))])),
);

const ownFilter = { where: z.exactOptional(where) };

const sumRule = 'must be count, total, total-of-product, least or greatest, as in { sum: total, field: slot }';
const sum = z.discriminatedUnion(
  'sum',
  [
    mapping({ sum: z.literal('count'), ...ownFilter }),
    mapping({ sum: z.literal('total'), field: integerField, ...ownFilter }),
    mapping({
      sum: z.literal('total-of-product'),
      fields: z.tuple([integerField, integerField], `must be two integer fields: ${integerNames.join(', ')}`),
      ...ownFilter,
    }),
    mapping({ sum: z.literal('least'), field: integerField, ...ownFilter }),
    mapping({ sum: z.literal('greatest'), field: integerField, ...ownFilter }),
  ],
  sumRule,
);

// 41 characters of a column name, without the longest ending: _real_time.
const sumNameRule = 'must be lowerCamelCase, of at most 31 characters where each capital counts two';
const sumName = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9]*$/, sumNameRule)
  .refine((name) => name.replaceAll(/[A-Z]/g, '_$&').length <= 31, sumNameRule);

const sumsRule = `must be a mapping of 1 to ${sumsMax} names to sums`;
const sums = z
  .record(sumName, sum, sumsRule)
  .refine((named) => Object.keys(named).length >= 1 && Object.keys(named).length <= sumsMax, sumsRule);

const keyPart = z.union(
  [
    z.enum(fieldNames),
    z.strictObject({ hour: integerField }),
    z.strictObject({ minute: integerField }),
    z.strictObject({ place: z.literal('snack_automat_id') }),
  ],
  `must be a field (${fieldNames.join(', ')}), the hour or minute of an integer field, as in { hour: timestamp }, or ` +
    '{ place: snack_automat_id }',
);

const keyRule = 'must be a list of at least one field';
const key = z
  .array(keyPart, keyRule)
  .min(1, keyRule)
  .superRefine((parts, context) => {
    for (const i of repeats(parts.map(keyName))) {
      context.addIssue({ code: 'custom', path: [i], message: 'must be in the key once only' });
    }
  });

// 41 characters of a table name, without the `served_` before it and `_` with six hexadecimal digits behind it.
const nameRule = 'must be a name of at most 27 characters, in lower-case words or numbers with hyphens between them';
const asksRule = 'must be a line of 1 to 200 characters';
const question = mapping({
  name: z
    .string(nameRule)
    .max(27, nameRule)
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, nameRule),
  // Trimmed, since a folded text of YAML ends with a line break.
  asks: z
    .string(asksRule)
    .trim()
    .regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u, asksRule),
  where,
  key,
  sums,
}).superRefine((asked, context) => {
  const found = misfit(asked);
  if (found !== undefined) context.addIssue({ code: 'custom', path: [...found.path], message: found.problem });
});

const questionsRule = `must be a list of 1 to ${questionsMax} questions`;
/** All questions of a file: each by itself, and together. */
export const questions = z
  .array(question, questionsRule)
  .min(1, questionsRule)
  .max(questionsMax, questionsRule)
  .superRefine((list, context) => {
    for (const i of repeats(list.map(({ name }) => name))) {
      context.addIssue({ code: 'custom', path: [i, 'name'], message: 'must be a name that no question before it has' });
    }
  });

/** The places of those that were there before. */
function repeats(names: readonly string[]): readonly number[] {
  return names.flatMap((name, i) => (names.indexOf(name) < i ? [i] : []));
}
