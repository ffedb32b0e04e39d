/** `logs`: what the containers print, by time, also when they have ended. */
import { logsFlags, parseFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import type { LabContainer } from '../../runtimes/docker/containers.js';
import { followLogs, type LogLine, readLogs } from '../../runtimes/docker/containers-logs.js';
import { findLab } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { nearest } from '../text.js';

export async function* run(input: CommandInput, context: CommandContext): AsyncGenerator<Report> {
  const { follow, tail } = parseFlags(logsFlags, input.options);
  const { docker, containers } = await findLab(input.lab, context);
  const chosen = containersOf(containers, input.arguments[0]);
  const report = (lines: readonly LogLine[]): Report => ({
    document: { schema: 'snacklab/logs', version: 1, lab: input.lab, lines: [...lines] },
    text: lines.map((line) => lineText(line, chosen.length > 1)).join('\n'),
  });
  if (!follow) return yield report(await readLogs(docker, chosen, tail));
  for await (const line of followLogs(docker, chosen, tail, context.signal)) yield report([line]);
  context.signal.throwIfAborted();
}

function containersOf(containers: readonly LabContainer[], service: string | undefined): readonly LabContainer[] {
  if (service === undefined) return containers;
  const chosen = containers.filter((one) => one.service === service || one.name === service);
  if (chosen.length > 0) return chosen;
  const services = [...new Set(containers.map((one) => one.service))];
  throw new LabError(`there is no service "${service}"`, {
    kind: 'usage',
    suggestion: nearest(service, services) ?? services.join(', '),
    detail: { service, services },
  });
}

function lineText({ container, text }: LogLine, several: boolean): string {
  return several ? `${container.replace(/^snacklab-[a-z]+-/, '').padEnd(18)} ${text}` : text;
}
