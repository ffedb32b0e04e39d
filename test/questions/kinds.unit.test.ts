/**
 * Goal: every declared question looks only at what all its events have, so that no layer meets a field that is not there.
 * Method: the built-in ones and those of the documentation; filters and the kinds that come through, by hand.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { itemsSold, shopQuestions } from '../../src/questions/builtin.js';
import { kindsThrough, misfit } from '../../src/questions/kinds.js';
import { count, greatest, total } from '../../src/questions/question.js';
import { parseQuestionFile } from '../../src/questions/question-file.js';

const docs = join(import.meta.dirname, '../../docs');
const files = readdirSync(docs).filter((name) => name.startsWith('questions-'));

describe('kindsThrough', () => {
  it.each([
    [{}, ['sale', 'refill', 'heartbeat']],
    [{ kind: 'refill' }, ['refill']],
    [{ kind: ['heartbeat', 'sale'] }, ['sale', 'heartbeat']],
    [{ slot: 3 }, ['sale', 'refill']],
    [{ healthy: true }, ['sale']],
    [{ kind: 'heartbeat', slot: 3 }, []],
    [{ nothing: 1 }, []],
  ])('of %j are %j', (filter, through) => {
    expect(kindsThrough(filter)).toEqual(through);
  });

  it('of two filters are those of both', () => {
    expect(kindsThrough({ slot: [1, 2] }, { kind: ['refill', 'heartbeat'] })).toEqual(['refill']);
  });
});

describe('misfit', () => {
  it.each(shopQuestions)('is none of $name', (question) => {
    expect(misfit(question)).toBeUndefined();
  });

  it.each(files)('is none of docs/%s, whose questions are read as declared', (name) => {
    const declared = parseQuestionFile(readFileSync(join(docs, name), 'utf8'), name);
    expect(declared.length).toBeGreaterThan(1);
    for (const question of declared) expect(misfit(question), question.name).toBeUndefined();
  });

  it('says which part of a question looks at what some of its events lack', () => {
    const all = { ...itemsSold, where: {}, key: ['kind'], sums: { events: count(), lastMs: greatest('timestamp') } };
    expect(misfit(all)).toBeUndefined();
    expect(misfit({ ...all, key: ['kind', { hour: 'slot' }] })?.path).toEqual(['key', 1]);
    expect(misfit({ ...all, sums: { filled: total('quantity') } })?.path).toEqual(['sums', 'filled']);
    expect(misfit({ ...all, sums: { filled: total('quantity', { kind: 'refill' }) } })).toBeUndefined();
    expect(misfit({ ...all, where: { kind: 'sale', status: 'ok' } })?.path).toEqual(['where']);
  });
});
