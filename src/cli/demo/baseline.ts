/**
 * The baseline: the same questions answered by one plain DuckDB scan of the same data, in a process of its own so that
 * its memory is its own. What the architectures cost beyond it is the price of answers while events come.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { archiveRest } from '../../archive/archive-rest.js';
import type { Question } from '../../questions/question.js';
import type { EmbeddedData } from '../../runtimes/embedded/open.js';
import type { CommandContext } from '../report.js';

export const baselineResult = z.object({
  messages: z.number().int(),
  tookMs: z.number(),
  memoryBytes: z.number(),
  /** By question: each key's text and its sums as decimal texts. */
  rows: z.record(z.string(), z.record(z.string(), z.array(z.string().nullable()))),
});
export type BaselineResult = z.infer<typeof baselineResult>;

/** Scans all of the log, which the archive is made to hold first. */
export async function measureBaseline(
  data: EmbeddedData,
  questions: readonly Question[],
  { resources, clock }: Pick<CommandContext, 'resources' | 'clock'>,
): Promise<BaselineResult> {
  const { log, archive } = data;
  const [origin, ends] = await Promise.all([log.starts(), log.ends()]);
  const files = await archiveRest(log, archive, origin, ends, clock);
  const order = JSON.stringify({ files: files.map(({ path }) => path), questions });
  const running = promisify(execFile)(process.execPath, [resources.baseline], { maxBuffer: 64 << 20 });
  running.child.stdin!.end(order);
  const { stdout } = await running;
  return baselineResult.parse(JSON.parse(stdout));
}
