/**
 * Which runtime a command means: what its flags say, or else the one in which the lab is up. A lab in both has to be chosen
 * by a flag. Without any lab it is docker, the lab itself, but where only an embedded one was ever brought up.
 */
import { join, resolve } from 'node:path';
import { parseFlags, runtimeFlags } from '../config/flags.js';
import { LabError } from '../errors.js';
import type { LabName } from '../resources.js';
import type { About } from './embedded/own-methods.js';
import type { CommandContext, CommandInput } from './report.js';

export type Runtime = 'docker' | 'embedded';

/** An embedded lab's directory, and what its process says of itself; undefined where it does not run. */
export interface EmbeddedPlace {
  readonly dir: string;
  /** Whether the directory was given, so that suggestions have to name it. */
  readonly given: boolean;
  /** Undefined where no lab was ever brought up there. */
  readonly socket: string | undefined;
  readonly about: About | undefined;
}

export type Choice = { readonly runtime: 'docker' } | ({ readonly runtime: 'embedded' } & EmbeddedPlace);

/** How a runtime stands with a lab. `none`: there is none, or no engine to ask. */
export type Standing = 'up' | 'down' | 'none';

export interface RuntimeFlags {
  readonly runtime?: Runtime | undefined;
  readonly dir?: string | undefined;
}

export async function chooseRuntime(
  { lab, options }: Pick<CommandInput, 'lab' | 'options'>,
  context: CommandContext,
  whenDown: 'last' | 'docker' = 'last',
): Promise<Choice> {
  const flags = parseFlags(runtimeFlags, options);
  const given = flags.dir !== undefined;
  const dir = given ? resolve(flags.dir!) : join(context.config.dataFolder, lab);
  let place: EmbeddedPlace | undefined;
  const embedded = async () => {
    const { placeIn } = await import('./embedded/place.js');
    place ??= await placeIn(dir, given, lab);
    return place;
  };
  const runtime = await chosenRuntime(lab, flags, whenDown, {
    embedded: async () => standingOf(await embedded()),
    docker: () => dockerStanding(lab, context),
  });
  return runtime === 'docker' ? { runtime } : { runtime, ...(await embedded()) };
}

/** The rule itself; a runtime is looked at only where it matters. Throws `usage` where it cannot be told. */
export async function chosenRuntime(
  lab: LabName,
  { runtime, dir }: RuntimeFlags,
  whenDown: 'last' | 'docker',
  looks: Readonly<Record<Runtime, () => Promise<Standing>>>,
): Promise<Runtime> {
  if (runtime === 'docker' && dir !== undefined) throw dirOfDocker(dir);
  if (runtime !== undefined) return runtime;
  if (dir !== undefined) return 'embedded';
  const embedded = await looks.embedded();
  if (embedded === 'none') return 'docker';
  const docker = await looks.docker();
  if (embedded === 'up' && docker === 'up') throw bothUp(lab);
  if (embedded === 'up') return 'embedded';
  return docker === 'none' && whenDown === 'last' ? 'embedded' : 'docker';
}

function standingOf({ socket, about }: EmbeddedPlace): Standing {
  if (about !== undefined) return 'up';
  return socket === undefined ? 'none' : 'down';
}

async function dockerStanding(lab: LabName, { config }: CommandContext): Promise<Standing> {
  const { connectEngine, listContainers } = await import('../runtimes/docker/containers.js');
  try {
    const containers = await listContainers(await connectEngine(config), lab);
    if (containers.some(({ state }) => state === 'running')) return 'up';
    return containers.length === 0 ? 'none' : 'down';
  } catch (error) {
    if (error instanceof LabError && error.kind === 'unavailable') return 'none';
    throw error;
  }
}

function bothUp(lab: LabName): LabError {
  return new LabError(`a ${lab} lab is up in Docker and another one is up embedded: which of the two is not said`, {
    kind: 'usage',
    suggestion: 'the same command with --runtime docker or with --runtime embedded',
    detail: { lab },
  });
}

function dirOfDocker(dir: string): LabError {
  return new LabError(`--dir is "${dir}", but a lab in Docker has no directory: its data is in volumes`, {
    kind: 'usage',
    suggestion: '--runtime embedded with this --dir, or --runtime docker without',
    detail: { dir },
  });
}
