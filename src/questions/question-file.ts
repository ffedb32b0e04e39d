/**
 * Questions of a file: the same data as the built-in ones, in YAML or in JSON, which YAML 1.2 contains.
 * A file is taken as a whole or refused with the first thing that is wrong in it, by line and column. What comes out
 * keeps the event rule and makes tables and columns as they are (src/serving/served-view.ts): nobody checks it again.
 * It opens no file. Pure.
 */
import { type Document, isMap, isNode, isScalar, isSeq, Lexer, type Node, Parser, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { LabError } from '../errors.js';
import type { Question } from './question.js';
import { questions } from './question-schema.js';

const fileBytesMax = 64 * 1024;
/** A good file has 7. `yaml` calls itself for each level, and where the stack ran out it was seen to end the process. */
const nestingMax = 32;

const fileRule = 'a file of questions is a list of them, or `questions:` with that list, and nothing else';
const questionFile = z.strictObject({ questions }, fileRule).transform((file) => file.questions);

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
