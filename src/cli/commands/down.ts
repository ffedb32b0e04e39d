/** `down`: stops a lab, removes what carries its name, and says what that was. */
import { downFlags, parseFlags } from '../../config/flags.js';
import { chooseRuntime, type EmbeddedPlace } from '../choose-runtime.js';
import type { DownDocument } from '../documents.js';
import type { CommandContext, CommandInput, Report } from '../report.js';

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const { volumes } = parseFlags(downFlags, input.options);
  // What is down is forgotten only where it was named: the last lab of this name may be another than the one meant.
  const choice = await chooseRuntime(input, context, 'docker');
  return choice.runtime === 'embedded'
    ? downEmbedded(input, choice, volumes, context)
    : downDocker(input, volumes, context);
}

async function downDocker({ lab }: CommandInput, volumes: boolean, context: CommandContext): Promise<Report> {
  const { engineOrHint } = await import('../docker-lab.js');
  const { takeDown } = await import('../../runtimes/docker/lifecycle-down.js');
  const docker = await engineOrHint(context.config, 'down');
  const removed = await takeDown(docker, lab, { volumes, say: context.say });
  const document: DownDocument = {
    schema: 'snacklab/down',
    version: 1,
    lab,
    runtime: 'docker',
    containers: [...removed.containers],
    networks: [...removed.networks],
    volumes: [...removed.volumes],
  };
  const lines = [
    listed('containers', removed.containers),
    listed('networks', removed.networks),
    listed('volumes', removed.volumes),
  ].filter((line) => line !== undefined);
  return downReport(document, lines, volumes);
}

async function downEmbedded(
  { lab }: CommandInput,
  { dir, socket, about }: EmbeddedPlace,
  volumes: boolean,
  context: CommandContext,
): Promise<Report> {
  if (about !== undefined) {
    const { stopProcess } = await import('../embedded/process.js');
    await stopProcess({ dir, lab, about }, context);
  }
  const forgets = volumes && socket !== undefined;
  if (forgets) await (await import('../embedded/directory.js')).removeLab(dir);
  const pid = about?.pid ?? null;
  const none = { containers: [], networks: [], volumes: forgets ? [dir] : [] };
  const document: DownDocument = { schema: 'snacklab/down', version: 1, lab, runtime: 'embedded', pid, ...none };
  const lines = [
    ...(pid === null ? [] : [`stopped the embedded ${lab} lab, process ${pid}`]),
    ...(forgets ? [`removed its data in ${dir}`] : []),
  ];
  return downReport(document, lines, volumes);
}

function downReport(document: DownDocument, lines: readonly string[], volumes: boolean): Report {
  const { lab } = document;
  const flag = document.runtime === 'embedded' ? ' --runtime embedded' : '';
  const data = volumes
    ? ''
    : `\nThe data stays: snacklab ${lab} up${flag} goes on from it, snacklab ${lab} down${flag} --volumes forgets it.`;
  return { document, text: lines.length === 0 ? `there was nothing of the ${lab} lab` : `${lines.join('\n')}${data}` };
}

function listed(what: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `removed ${names.length} ${what}: ${names.join(', ')}`;
}
