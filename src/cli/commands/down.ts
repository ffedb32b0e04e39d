/** `down`: removes what carries the lab's label, and says what that was. */
import { downFlags, parseFlags } from '../../config/flags.js';
import { connectEngine } from '../../runtimes/docker/containers.js';
import { takeDown } from '../../runtimes/docker/lifecycle-down.js';
import type { DownDocument } from '../documents.js';
import type { CommandContext, CommandInput, Report } from '../report.js';

export async function run({ lab, options }: CommandInput, context: CommandContext): Promise<Report> {
  const { volumes } = parseFlags(downFlags, options);
  const docker = await connectEngine(context.config);
  const removed = await takeDown(docker, lab, { volumes, say: context.say });
  const document: DownDocument = {
    schema: 'snacklab/down',
    version: 1,
    lab,
    containers: [...removed.containers],
    networks: [...removed.networks],
    volumes: [...removed.volumes],
  };
  const lines = [
    listed('containers', removed.containers),
    listed('networks', removed.networks),
    listed('volumes', removed.volumes),
  ].filter((line) => line !== undefined);
  const data = volumes
    ? ''
    : `\nThe data stays: snacklab ${lab} up goes on from it, snacklab ${lab} down --volumes forgets it.`;
  const text = lines.length === 0 ? `there was nothing of the ${lab} lab` : `${lines.join('\n')}${data}`;
  return { document, text };
}

function listed(what: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `removed ${names.length} ${what}: ${names.join(', ')}`;
}
