/** src/archive/chain.ts keeps the cases that the stream job's archive_chain.py keeps: the same files count. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chainHolding } from '../../src/archive/chain.js';

type CaseFile = readonly [level: number, partition: number, from: number, until: number];

interface Case {
  readonly name: string;
  readonly files: readonly CaseFile[];
  readonly partition: number;
  readonly offset: number;
  readonly holding: readonly CaseFile[];
  readonly until: number;
}

const { cases } = JSON.parse(readFileSync(new URL('./archive-chain-cases.json', import.meta.url), 'utf8')) as {
  cases: readonly Case[];
};

describe('the chain of the archive', () => {
  it.each(cases)('$name', ({ files, partition, offset, holding, until }) => {
    const all = files.map(([level, of, from, end]) => ({ level, partition: of, from, until: end, bytes: 1, path: '' }));
    const chain = chainHolding(all, partition, offset);
    expect(chain.files.map((file) => [file.level, file.partition, file.from, file.until])).toEqual(holding);
    expect(chain.until).toBe(until);
  });
});
