/**
 * Goal: the simulation finds each rule of docs/protocol.md that is switched off; one that did not would prove nothing.
 * Method: each mutation is made in a copy of the real source, and the first seed that is known to find it is run.
 * `npm run simulate -- --mutations` searches anew, for when a change of the simulator has moved the seeds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundled } from '../../simulation/bundle.js';
import firstSeeds from '../../simulation/first-seeds.json' with { type: 'json' };
import { mutations } from '../../simulation/mutations/all.js';
import { edited, type Mutation } from '../../simulation/mutations/mutation.js';
import { type Architecture, runs } from '../../simulation/runs.js';
import { BundleFile } from '../../simulation/workers.js';

const root = join(import.meta.dirname, '../..');
const rules = 16;
const found = mutations.filter(({ unfound }) => unfound === undefined);

interface FirstSeed {
  readonly architecture: string;
  readonly seed: number;
}

describe('the mutations', () => {
  it('stand in the real code, each in exactly one place', () => {
    for (const { edits } of mutations) {
      const files = new Map<string, string>();
      for (const edit of edits) {
        const source = files.get(edit.file) ?? readFileSync(join(root, edit.file), 'utf8');
        files.set(edit.file, edited(source, edit));
      }
    }
  });

  it('have a name each, and at least one for every rule', () => {
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
    const withMutation = new Set(found.map(({ rule }) => rule));
    expect([...withMutation].sort((a, b) => a - b)).toEqual(Array.from({ length: rules }, (_, i) => i + 1));
  });

  it('have a first seed each, but for those that say why there is none', () => {
    expect(Object.keys(firstSeeds).sort()).toEqual(found.map(({ name }) => name).sort());
  });
});

describe('the simulation finds', () => {
  it.each(found.map((mutation) => [mutation.name, mutation] as const))('%s', async (name, mutation) => {
    const { architecture, seed }: FirstSeed = firstSeeds[name as keyof typeof firstSeeds];
    expect(await violationOf(mutation, architecture as Architecture, seed)).toBeDefined();
    // It is the mutation that is found, not a seed that fails anyway.
    expect((await runs[architecture as Architecture](seed)).violation).toBeUndefined();
  });
});

async function violationOf(mutation: Mutation, architecture: Architecture, seed: number): Promise<string | undefined> {
  using bundle = new BundleFile(await bundled('runs.ts', mutation));
  const mutated = (await import(/* @vite-ignore */ bundle.path)) as { readonly runs: typeof runs };
  return (await mutated.runs[architecture](seed)).violation;
}
