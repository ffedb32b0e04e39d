/**
 * Goal: what is read from a saved history is what was seen, and of anything else it is said why it is none. Method: the
 * lines of right answers, of which some share their tables, changed in one place.
 */
import { describe, expect, it } from 'vitest';
import { endLine, parseHistory, type Seen, seenLines, startLine } from '../../src/checker/history.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { rightAnswer, smallExperiment } from './small-lab.js';

const extent = { starts: [0], ends: [1] };
const [first, other] = [28, 30].map((number) => rightAnswer(builtinQuestions[0]!, number, 20));
/** The same answer again, as a reader sees it that adds up only what is new. */
const again = { ...first!, reader: 1, askedMs: 7, seenMs: 8 };
const failed = { question: 'items-sold', reader: 0, askedMs: 1, seenMs: 2, unknown: 'reading failed' };

function linesOf(seen: readonly Seen[]): string[] {
  return [startLine(smallExperiment, 0, extent), ...seen.flatMap(seenLines()), endLine(1, extent)];
}

describe('a saved history', () => {
  it('is what was seen', async () => {
    const history = await parseHistory(linesOf([first!, failed, again, other!]));
    expect(history.seen).toEqual([first, failed, again, other]);
    expect(history).toMatchObject({ experiment: smallExperiment, startedMs: 0, endedMs: 1, logAtStart: extent });
  });

  it('keeps 64-bit sums and "no event"', async () => {
    const answer = { ...first!, merged: new Map([['["apple"]', [2n ** 63n - 1n, null]]]) };
    expect((await parseHistory(linesOf([answer]))).seen).toEqual([answer]);
  });

  it('keeps keys that hold what ends a line elsewhere', async () => {
    const answer = { ...first!, merged: new Map([['["a\u2028b\u2029c\\r\\n"]', [1n]]]) };
    const lines = linesOf([answer]);
    expect(lines.join('')).not.toMatch(/[\r\n\u2028\u2029]/);
    expect((await parseHistory(lines)).seen).toEqual([answer]);
  });

  it('holds a table once, however often it is seen, also when it is read', async () => {
    const lines = linesOf([first!, again, again]);
    expect(lines.filter((line) => line.startsWith('{"table":'))).toHaveLength(3);
    const [one, two] = (await parseHistory(lines)).seen as (typeof first)[];
    expect(one!.merged).toBe(two!.merged);
  });

  it('may be of several lives, each of which numbers its tables anew', async () => {
    const lines = [...[first!, again].flatMap(seenLines()), ...[other!].flatMap(seenLines())];
    const history = await parseHistory([startLine(smallExperiment, 0, extent), ...lines, endLine(1, extent)]);
    expect(history.seen).toEqual([first, again, other]);
  });

  const right = linesOf([first!, again]);
  it.for([
    ['no lines', [], 'its first line says no snacklab-history-3'],
    ['another format', ['{"format":"another"}', ...right.slice(1)], 'its first line says no'],
    ['an older format', [right[0]!.replace('history-3', 'history-2'), ...right.slice(1)], 'its first line says no'],
    ['no last line', right.slice(0, -1), 'the history was cut short'],
    ['a line that was cut off', right.with(3, right[3]!.slice(0, 40)), 'line 4 is not JSON'],
    ['a line that is a number', right.with(3, '7'), 'line 4 is no object'],
    ['a line of another kind', right.with(3, '{"other":1}'), 'line 4 is of no known kind'],
    ['a table that is missing', right.toSpliced(1, 1), 'names table 0, which is not there'],
    ['a line after the last', [...right, right[1]!], `line ${right.length + 1} follows its last line`],
  ] as const)('is refused with %s', async ([, lines, reason]) => {
    await expect(parseHistory(lines)).rejects.toThrow(reason);
  });
});
