/** `drop`: a version's job ends and what it stored goes. The live one is refused. */
import { dropFlags, parseFlags } from '../../config/flags.js';
import { dropVersion } from '../../versions/change-versions.js';
import { pipelineNamed, versionOf } from '../../versions/versions.js';
import { findLab, openStore } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { duration } from '../text.js';

const lookEveryMs = 250;

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const { lab } = input;
  const { timeout } = parseFlags(dropFlags, input.options);
  const pipeline = pipelineNamed(lab, input.arguments[0]!);
  const startedMs = performance.now();
  const { containers } = await findLab(lab, context);
  await using store = await openStore(lab, containers);
  await dropVersion(store, context.clock, pipeline);
  context.say(`${versionOf(pipeline)} is marked; its job ends and its output goes`);
  let gone = false;
  while (!gone && performance.now() - startedMs < timeout) {
    context.signal.throwIfAborted();
    await context.clock.sleep(lookEveryMs);
    gone = !(await store.readHeads()).heads.has(pipeline);
  }
  const tookMs = performance.now() - startedMs;
  const document = { schema: 'snacklab/drop', version: 1, lab, pipeline, gone, tookMs } as const;
  const text = gone
    ? `${versionOf(pipeline)} is gone (${duration(tookMs)})`
    : `${versionOf(pipeline)} is marked, and still there after ${duration(tookMs)}; it goes once the lab's services run`;
  return { document, text, verdict: gone ? 'pass' : 'unavailable' };
}
