/** `logs`: what the services print, by time, also when they have ended. */
import { logsFlags, parseFlags } from '../../config/flags.js';
import { type LogLine, locateLab } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';

export async function* run(input: CommandInput, context: CommandContext): AsyncGenerator<Report> {
  const { follow, tail } = parseFlags(logsFlags, input.options);
  const found = await locateLab(input, context);
  // What an embedded lab printed is there when it has ended.
  if (found.absent !== undefined && found.runtime === 'docker') throw found.absent;
  const logs = await found.logs(input.arguments[0]);
  const report = (lines: readonly LogLine[]): Report => ({
    document: { schema: 'snacklab/logs', version: 1, lab: input.lab, lines: [...lines] },
    text: lines.map(logs.lineText).join('\n'),
  });
  if (!follow) return yield report(await logs.read(tail));
  for await (const line of logs.follow(tail, context.signal)) yield report([line]);
  context.signal.throwIfAborted();
}
