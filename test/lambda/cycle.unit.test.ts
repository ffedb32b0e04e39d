import { describe, expect, it } from 'vitest';
import {
  chooseCut,
  cycleOf,
  firstCycle,
  firstCycleVersion,
  flawOfOutput,
  legalSteps,
  newCycle,
  parseCycle,
} from '../../lambda/cycle.js';
import {
  decodeOrder,
  encodeOrder,
  outputLines,
  PartialSums,
  parseOutput,
  partialLines,
} from '../../lambda/job-lines.js';
import { builtinQuestions, itemsSold } from '../../src/questions/builtin.js';
import type { Slice } from '../../src/runtimes/ports.js';
import { type Head, newHead } from '../../src/serving/head.js';

const slice = (number: number, until: readonly number[], epoch = 1) =>
  ({ number, epoch, from: number === 1 ? [0, 0] : [number - 1, 0], until }) as unknown as Slice;

const head = (over: Partial<Head>): Head => ({
  ...newHead('lambda-1', 1, [0, 0], builtinQuestions),
  segments: [{ epoch: 1, after: 0 }],
  ...over,
});
const chain = [slice(1, [1, 0]), slice(2, [2, 0]), slice(3, [3, 0])];

describe('the cut', () => {
  it('is the newest committed boundary that the archive covers', () => {
    expect(chooseCut(head({ number: 3 }), chain, undefined, [2, 5])).toEqual({ number: 2, cut: [2, 0] });
  });

  it('is never a slice that was written but not committed', () => {
    expect(chooseCut(head({ number: 2 }), chain, undefined, [9, 9])).toEqual({ number: 2, cut: [2, 0] });
    expect(chooseCut(head({ number: 3 }), [slice(1, [1, 0]), slice(2, [2, 0], 7)], undefined, [9, 9])?.number).toBe(1);
  });

  it('is not there when the archive has reached no boundary', () => {
    expect(chooseCut(head({ number: 3 }), chain, undefined, [0, 9])).toBeUndefined();
  });

  it('may be the end of the fold', () => {
    const folded = head({ number: 3, foldId: 1, foldNumber: 3 });
    expect(chooseCut(folded, [], { number: 3, until: [3, 0] }, [3, 0])).toEqual({ number: 3, cut: [3, 0] });
    expect(chooseCut(folded, [], { number: 3, until: [3, 0] }, [2, 0])).toBeUndefined();
  });

  it('may be where a version without its first base began, as long as no slice of it is archived', () => {
    const begun = head({ number: 1, baseCut: [5, 5], position: [6, 5] });
    const first = { ...slice(1, [6, 5]), from: [5, 5] };
    expect(chooseCut(begun, [first], undefined, [5, 5])).toEqual({ number: 0, cut: [5, 5] });
    expect(chooseCut(begun, [first], undefined, [6, 5])).toEqual({ number: 1, cut: [6, 5] });
    expect(chooseCut(begun, [first], undefined, [4, 9])).toBeUndefined();
    expect(chooseCut({ ...begun, baseId: 1 }, [first], undefined, [5, 5])).toBeUndefined();
  });
});

describe('the cycle', () => {
  it('has a way back to idle from every state', () => {
    for (const [name, next] of Object.entries(legalSteps)) {
      expect(next.includes('idle') || next.some((step) => legalSteps[step].includes('idle')), name).toBe(true);
    }
  });

  it('begins idle for a version that counts from the origin', () => {
    expect(newCycle(head({}), 70, 4)).toEqual(firstCycle);
  });

  it('begins with the first base planned for a version that began at a cut, and with the requests that are there', () => {
    const begun = newCycle(head({ baseCut: [5, 7], position: [5, 7] }), 70, 4);
    expect(begun).toMatchObject({
      name: 'chosen',
      history: { startedMs: 70, requestsSeen: 4 },
      plan: { baseId: 1, number: 0, cut: [5, 7], oldBaseId: 0, attempts: 0 },
    });
    expect(parseCycle(JSON.stringify(begun))).toEqual(begun);
  });

  it('is that of one incarnation: what an earlier or later version of its name left is none', () => {
    const state = JSON.stringify(firstCycle);
    const at = (version: number) => cycleOf({ incarnation: 3 }, { version, state });
    expect(at(firstCycleVersion(3))).toEqual(firstCycle);
    expect(at(firstCycleVersion(4) - 1)).toEqual(firstCycle);
    expect(at(firstCycleVersion(3) - 1)).toBeUndefined();
    expect(at(firstCycleVersion(4))).toBeUndefined();
    expect(cycleOf({ incarnation: 3 }, undefined)).toBeUndefined();
    // Of another's state nothing is read, whatever it is.
    expect(cycleOf({ incarnation: 3 }, { version: 7, state: '' })).toBeUndefined();
  });

  it('is never guessed at where its state cannot be read', () => {
    expect(() => parseCycle('')).toThrow();
    expect(parseCycle(JSON.stringify(firstCycle))).toEqual(firstCycle);
    expect(() => parseCycle('{"name":"chosen"}')).toThrow();
    expect(() => parseCycle('{')).toThrow();
  });

  it('refuses an output of another cut or of another number of messages', () => {
    const output = { cut: [2, 1], messages: 3, rejected: 0, sums: new Map() };
    expect(flawOfOutput(output, { origin: [0, 0] }, [2, 1])).toBeUndefined();
    expect(flawOfOutput(output, { origin: [0, 0] }, [2, 2])).toContain('another cut');
    expect(flawOfOutput(output, { origin: [1, 0] }, [2, 1])).toContain('the job saw 3 messages, the log has 2');
  });
});

describe('the lines of a batch job', () => {
  const order = { origin: [0], cut: [5], questions: builtinQuestions };
  const table = new Map([['["tab\\tand space"]', [2n, 20n] as const]]);

  it('carry the sums of all tasks into one output', () => {
    const sums = new PartialSums([itemsSold]);
    for (const line of partialLines(new Map([['items-sold', table]]), 4, 1)) sums.add(line.trimEnd());
    for (const line of partialLines(new Map([['items-sold', table]]), 1, 0)) sums.add(line.trimEnd());
    const output = parseOutput([...outputLines(sums, order)].join(''), [itemsSold])!;
    expect(output).toMatchObject({ cut: [5], messages: 5, rejected: 1 });
    expect(output.sums.get('items-sold')).toEqual(new Map([['["tab\\tand space"]', [4n, 40n]]]));
  });

  it('are not taken for an output when the end is missing', () => {
    const sums = new PartialSums([itemsSold]);
    for (const line of partialLines(new Map([['items-sold', table]]), 4, 1)) sums.add(line.trimEnd());
    const text = [...outputLines(sums, order)].join('');
    expect(parseOutput(text.slice(0, -1), [itemsSold])).toBeUndefined();
    expect(parseOutput(text.slice(0, text.indexOf('#manifest')), [itemsSold])).toBeUndefined();
  });

  it('that are not of this job are an error', () => {
    const sums = new PartialSums([itemsSold]);
    expect(() => sums.add('other-question ["a"]\t1,2')).toThrow('no question of this job');
    expect(() => sums.add('items-sold ["a"]\t1')).toThrow('1 sums');
    expect(() => sums.add('nonsense')).toThrow('not a line of a batch job');
  });

  it('hand an order over unchanged, without a space', () => {
    expect(encodeOrder(order)).not.toMatch(/\s/);
    expect(decodeOrder(encodeOrder(order))).toEqual(order);
  });
});
