/** A fresh directory with one architecture in it, as the rows of the embedded benchmark use it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chunk, chunkMaker } from '../../generator/chunk.js';
import { runServices } from '../../src/cli/embedded/keep-running.js';
import { labServices } from '../../src/cli/embedded/lab-services.js';
import { covers, type Position } from '../../src/positions/position.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { type EmbeddedData, openEmbedded } from '../../src/runtimes/embedded/open.js';
import type { EmbeddedServing } from '../../src/runtimes/embedded/serving-store.js';
import { realClock } from '../../src/runtimes/service-scope.js';

export interface FreshLab extends AsyncDisposable {
  readonly data: EmbeddedData;
  readonly store: EmbeddedServing;
}

export const clock = realClock();
const say = (line: string) => process.stderr.write(`  ${line}\n`);

/** Lambda in a directory that is removed at the end. */
export async function freshLab(): Promise<FreshLab> {
  const dir = await mkdtemp(join(tmpdir(), 'snacklab-bench-'));
  const data = await openEmbedded({ dir, say });
  const store = await data.serving('lambda');
  await store.createPipeline(builtinQuestions, await data.log.starts());
  return {
    data,
    store,
    [Symbol.asyncDispose]: async () => {
      await data[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}

/** The services of Lambda that `names` lists; all where it lists none. Stop them, and wait for the promise. */
export function startServices(
  { data: { log, archive, followArchive, batchEngine }, store }: FreshLab,
  batchEveryMs: number,
  names: readonly string[] = [],
): { readonly stop: () => Promise<void> } {
  const ending = new AbortController();
  const ports = { store, log, deadLetters: store, archive, followArchive, batchEngine };
  const services = labServices('lambda', ports, batchEveryMs).filter(
    ({ name }) => names.length === 0 || names.includes(name),
  );
  const quiet = (line: string) => (/failed/.test(line) ? say(line) : undefined);
  const running = runServices(services, { stop: ending.signal, clock, say: quiet });
  running.catch((error: unknown) => say(String(error)));
  return {
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

/** A seed's events as the record batches that a generator sends, made beforehand. */
export function chunksOf(events: number, partitions: number): readonly Chunk[] {
  const make = chunkMaker({ seed: 1, knobs: { late: 0, duplicate: 0, malformed: 0 }, partitions, timeline: undefined });
  const chunks: Chunk[] = [];
  for (let from = 0; from < events; ) {
    const chunk = make(from, Math.min(4096, events - from), Date.now());
    chunks.push(chunk);
    from = chunk.until;
  }
  return chunks;
}

/** Waits until the live head covers a position. */
export async function untilCounted(store: EmbeddedServing, position: Position): Promise<void> {
  for (;;) {
    const { heads, live } = await store.readHeads();
    if (covers(heads.get(live)!.position, position)) return;
    await clock.sleep(5);
  }
}
