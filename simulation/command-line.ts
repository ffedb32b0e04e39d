/** The flags of `npm run simulate`, parsed once. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { LabError } from '../src/errors.js';
import { mutations } from './mutations/all.js';
import type { Mutation } from './mutations/mutation.js';
import { type Architecture, architectures } from './runs.js';

/** What is to be done. */
export interface Order {
  readonly architectures: readonly Architecture[];
  readonly json: boolean;
  readonly threads: number;
  readonly task:
    | { readonly kind: 'help' }
    | { readonly kind: 'runs'; readonly from: number; readonly runs: number }
    | { readonly kind: 'again'; readonly seed: number; readonly traceLines: number; readonly mutation?: Mutation }
    | {
        readonly kind: 'mutations';
        readonly from: number;
        readonly seeds: number;
        readonly wanted: readonly Mutation[];
      };
}

export const help = `Runs the real code of both labs on the memory runtime, where a seed decides what is killed, delayed, repeated,
reordered or left in doubt, and judges every answer. It needs no engine.

  npm run simulate -- --seeds 1000                      new seeds; exit 1 when one fails
  npm run simulate -- --architecture kappa --seed 7     one again, with what happened last
  npm run simulate -- --mutations                       the first seed that finds each rule switched off

  --seeds N               runs, in turn of each architecture (100); with mutations: seeds for each at most (500)
  --from SEED             the first seed (new ones, from the time; with mutations: 1)
  --seed SEED             one run again
  --trace LINES           how many lines of it are shown (40)
  --architecture NAME     lambda, kappa or both (both)
  --mutation NAME         with one rule switched off in a copy of the code
  --mutations             with each of them in turn
  --workers N             threads (as many as there are processors)
  --json                  one document on standard output
`;

const seed = z.coerce.number().int().min(0).max(0xffff_ffff);
const flags = z.object({
  seeds: z.coerce.number().int().min(1).max(10_000_000).optional(),
  from: seed.optional(),
  seed: seed.optional(),
  trace: z.coerce.number().int().min(0).max(100_000).default(40),
  architecture: z.enum([...architectures, 'both']).default('both'),
  mutation: z.enum(mutations.map(({ name }) => name)).optional(),
  mutations: z.boolean().default(false),
  workers: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  json: z.boolean().default(false),
  help: z.boolean().default(false),
});

const text = { type: 'string' } as const;
const isSet = { type: 'boolean' } as const;
const options = {
  ...{ seeds: text, from: text, seed: text, trace: text, architecture: text, mutation: text, workers: text },
  ...{ mutations: isSet, json: isSet, help: isSet },
};

/** The order that a command line gives. `newSeed` is used where it names none. Throws `usage`. */
export function orderOf(args: readonly string[], newSeed: number): Order {
  const { architecture, json, workers: threads, ...asked } = parsed(args);
  const architecturesAsked = architecture === 'both' ? architectures : [architecture];
  const wanted = mutations
    .filter(({ name }) => asked.mutations || name === asked.mutation)
    .map((mutation) => ({ ...mutation, in: mutation.in.filter((one) => architecturesAsked.includes(one)) }))
    .filter((mutation) => mutation.in.length > 0);
  const task = (): Order['task'] => {
    if (asked.help) return { kind: 'help' };
    if (asked.seed !== undefined) {
      if (asked.mutations) throw usage('--seed runs one seed again, with one --mutation at most');
      const [mutation] = wanted;
      const again = { kind: 'again', seed: asked.seed, traceLines: asked.trace } as const;
      return mutation === undefined ? again : { ...again, mutation };
    }
    if (asked.mutations || asked.mutation !== undefined)
      return { kind: 'mutations', from: asked.from ?? 1, seeds: asked.seeds ?? 500, wanted };
    return { kind: 'runs', from: asked.from ?? newSeed, runs: asked.seeds ?? 100 };
  };
  return { architectures: architecturesAsked, json, threads, task: task() };
}

function parsed(args: readonly string[]): z.infer<typeof flags> {
  let values: Record<string, unknown>;
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw usage((error as Error).message);
  }
  const outcome = flags.safeParse(values);
  if (outcome.success) return outcome.data;
  const [issue] = outcome.error.issues;
  throw usage(`--${issue?.path.join('.')}: ${issue?.message}`);
}

function usage(what: string): LabError {
  return new LabError(what, { kind: 'usage', suggestion: 'npm run simulate -- --help' });
}
