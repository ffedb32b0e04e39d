/**
 * Questions of a file: the same data as the built-in ones, in YAML or in JSON, which YAML 1.2 contains.
 * A file is taken as a whole or refused with the first thing that is wrong in it, by line and column. What comes out
 * keeps the event rule and makes tables and columns as they are (src/serving/served-view.ts): nobody checks it again.
 * It opens no file. Pure.
 */
import { type Document, isMap, isNode, isScalar, isSeq, Lexer, type Node, Parser, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { LabError } from '../errors.js';
import { eventRule, type FieldRule } from '../events/rule.js';
import { keyName, type Question } from './question.js';

const fileBytesMax = 64 * 1024;
const questionsMax = 20;
const sumsMax = 16;
/** A good file has 7. `yaml` calls itself for each level, and where the stack ran out it was seen to end the process. */
const nestingMax = 32;

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

const sumRule = 'must be count, total, total-of-product, least or greatest, as in { sum: total, field: slot }';
const sum = z.discriminatedUnion(
  'sum',
  [
    mapping({ sum: z.literal('count') }),
    mapping({ sum: z.literal('total'), field: integerField }),
    mapping({
      sum: z.literal('total-of-product'),
      fields: z.tuple([integerField, integerField], `must be two integer fields: ${integerNames.join(', ')}`),
    }),
    mapping({ sum: z.literal('least'), field: integerField }),
    mapping({ sum: z.literal('greatest'), field: integerField }),
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
  [z.enum(fieldNames), z.strictObject({ hour: integerField }), z.strictObject({ minute: integerField })],
  `must be a field (${fieldNames.join(', ')}), or the hour or minute of an integer field, as in { hour: timestamp }`,
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

/** The values that an event's field can have: a filter on any other would let nothing through, in silence. */
function allowedValue(field: FieldRule): z.ZodType<string | number | boolean> {
  if (field.type === 'boolean') return z.boolean('must be true or false');
  if (field.type === 'integer') {
    const rule = `must be a whole number from ${field.least} to ${field.greatest}`;
    return z.int(rule).min(field.least, rule).max(field.greatest, rule);
  }
  if (field.allowed !== undefined) return z.enum(field.allowed, `must be one of ${field.allowed.join(', ')}`);
  const rule = `must be a text of 1 to ${field.longest} characters`;
  return z
    .string(rule)
    .min(1, rule)
    .max(field.longest, rule)
    .regex(/^\P{Cs}*$/u, rule);
}

const where = mapping(Object.fromEntries(eventRule.map((field) => [field.name, z.exactOptional(allowedValue(field))])));

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
});

const questionsRule = `must be a list of 1 to ${questionsMax} questions`;
const questions = z
  .array(question, questionsRule)
  .min(1, questionsRule)
  .max(questionsMax, questionsRule)
  .superRefine((list, context) => {
    for (const i of repeats(list.map(({ name }) => name))) {
      context.addIssue({ code: 'custom', path: [i, 'name'], message: 'must be a name that no question before it has' });
    }
  });

const fileRule = 'a file of questions is a list of them, or `questions:` with that list, and nothing else';
const questionFile = z.strictObject({ questions }, fileRule).transform((file) => file.questions);

/** The places of those that were there before. */
function repeats(names: readonly string[]): readonly number[] {
  return names.flatMap((name, i) => (names.indexOf(name) < i ? [i] : []));
}

/** What was read, and what it is called in errors. */
type Source = { readonly text: string; readonly file: string };

/** Something wrong, and where the text says so. */
interface Finding {
  readonly offset: number;
  readonly problem: string;
}

/**
 * The questions that a file's text declares, in its order. `file` is only named, in errors.
 * Throws a `usage` error that names line and column, the value that does not fit and what would.
 */
export function parseQuestionFile(text: string, file: string): readonly Question[] {
  const source = { text, file };
  refuseExcess(source);
  const document = readDocument(source);
  const schema = isSeq(document.contents) ? questions : questionFile;
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return parsed.data;
  const findings = parsed.error.issues.map((issue) => findingOf(document, source, issue));
  throw refusal(source, findings.sort((a, b) => a.offset - b.offset)[0]!);
}

/** Refuses what would be long or dangerous to read. */
function refuseExcess(source: Source): void {
  const bytes = Buffer.byteLength(source.text);
  const tooLong = `the file has ${bytes} bytes: at most ${fileBytesMax} are read`;
  if (bytes > fileBytesMax) throw refusal(source, { offset: 0, problem: tooLong });
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(source.text)) {
    Array.from(parser.next(lexeme));
    if (parser.stack.length <= nestingMax) continue;
    const problem = `${lineAt(source.text, parser.offset)} is nested too deep: at most ${nestingMax} levels are read`;
    throw refusal(source, { offset: parser.offset, problem });
  }
}

const plainerMessages: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'a key must be there once only',
  MULTIPLE_DOCS: 'a file holds one document only',
};

function readDocument(source: Source): Document {
  const document = parseDocument(source.text, { prettyErrors: false, stringKeys: true, resolveKnownTags: false });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    // What is missing at the end is missing on the last line, not on an empty one behind it.
    const offset = Math.min(error.pos[0], source.text.trimEnd().length);
    const message = plainerMessages[error.code] ?? error.message;
    throw refusal(source, { offset, problem: `${lineAt(source.text, offset)} is not valid YAML: ${message}` });
  }
  visit(document, {
    // A few aliases of aliases are a text of gigabytes, and an error in one would have two places.
    Alias: (_, node) => {
      throw refusal(source, { offset: startOf(node), problem: `*${node.source} is an alias: write out what it means` });
    },
    // zod passes over this key without a word.
    Scalar: (role, node) => {
      if (role !== 'key' || node.value !== '__proto__') return;
      throw refusal(source, { offset: startOf(node), problem: '__proto__ is not allowed as a name' });
    },
  });
  return document;
}

function findingOf(document: Document, { text }: Source, issue: z.core.$ZodIssue): Finding {
  if (issue.code === 'unrecognized_keys') return keyFinding(document, [...issue.path, issue.keys[0]!], issue.message);
  if (issue.code === 'invalid_key') return keyFinding(document, issue.path, issue.issues[0]!.message);
  const name = z.core.toDotPath(issue.path) || 'the file';
  const node = nodeAt(document, issue.path);
  const found = document.hasIn(issue.path) ? `is ${shown(text, node)}` : 'is missing';
  return { offset: startOf(node), problem: `${name} ${found}: ${issue.message}` };
}

/** A finding about the key itself and not its value. */
function keyFinding(document: Document, path: readonly PropertyKey[], rule: string): Finding {
  const map = document.getIn(path.slice(0, -1), true);
  const keys = isMap(map) ? map.items.map((pair) => pair.key).filter(isScalar) : [];
  const offset = startOf(keys.find(({ value }) => value === path.at(-1)));
  return { offset, problem: `${z.core.toDotPath(path)} is not allowed: ${rule}` };
}

/** The node of a path, or of as much of it as there is. */
function nodeAt(document: Document, path: readonly PropertyKey[]): Node | undefined {
  const node = document.getIn(path, true);
  if (isNode(node)) return node;
  return path.length === 0 ? undefined : nodeAt(document, path.slice(0, -1));
}

function startOf(node: Node | undefined): number {
  return node?.range?.[0] ?? 0;
}

/** A value as the file writes it, so that `3` and `"3"` differ and no digit is lost. */
function shown(text: string, node: Node | undefined): string {
  if (isSeq(node)) return `a list of ${node.items.length}`;
  if (isMap(node) && node.flow !== true) return `a mapping of ${node.items.length}`;
  const [start, end] = node?.range ?? [0, 0];
  return clipped(text.slice(start, end)) || 'empty';
}

function lineAt(text: string, offset: number): string {
  const start = text.slice(0, offset).lastIndexOf('\n') + 1;
  return `"${clipped(text.slice(start).split('\n', 1)[0]!)}"`;
}

/** On one line, without what a terminal would obey. */
function clipped(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= 60 ? line : `${line.slice(0, 59)}…`;
}

function refusal({ text, file }: Source, { offset, problem }: Finding): LabError {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  return new LabError(`${file}:${line}:${column}: ${problem}`, { kind: 'usage', detail: { file, line, column } });
}
