/**
 * The lab's containers as the engine has them: found by labels alone, so that every command works after the command
 * line was killed and when the compose files have changed since. What a lab is, is what its containers say: there are
 * no files beside them. Starting them is compose's work (./compose.ts), ordering that ./lifecycle.ts's.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import type { CommandLineConfig } from '../../config/command-line.js';
import { describeError, LabError } from '../../errors.js';
import { byNumbers } from '../../numeric-order.js';
import type { LabName } from '../../resources.js';

/** A connection to the Docker engine. */
export type Engine = Docker;

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
export type Health = 'none' | 'starting' | 'healthy' | 'unhealthy';

/** One container of a lab. */
export interface LabContainer {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly image: string;
  readonly state: ContainerState;
  readonly health: Health;
  readonly exitCode: number;
  /** When it was started last, as the engine writes it. */
  readonly startedAt: string;
  /** How often the engine has started it again by itself since it was created. */
  readonly restarts: number;
  /** It does its work once and ends (`setup`); anything else that ends is a failure. */
  readonly oneShot: boolean;
  readonly outOfMemory: boolean;
  /** What it may take at most; undefined: as much as the machine has. */
  readonly memoryLimitBytes: number | undefined;
  /** Ports inside the container to ports on the host. */
  readonly ports: ReadonlyMap<number, number>;
  readonly environment: Readonly<Record<string, string>>;
  /** Services that must run before this one. */
  readonly dependsOn: readonly string[];
}

export const projectLabel = 'com.docker.compose.project';
const serviceLabel = 'com.docker.compose.service';
/** Compose also labels the images that it builds, and a container that is run from one by hand inherits those. */
const numberLabel = 'com.docker.compose.container-number';
const volumeLabel = 'com.docker.compose.volume';
const dependsOnLabel = 'com.docker.compose.depends_on';

/** The compose project of a lab; everything the engine has of a lab carries it as a label. */
export const projectOf = (lab: LabName): string => `snacklab-${lab}`;

/** A client of the engine that `docker` itself would use. Throws `unavailable` when none answers. */
export async function connectEngine(config: CommandLineConfig): Promise<Docker> {
  const host = config.dockerHost ?? (await hostOfCurrentContext());
  const { default: DockerClient } = await import('dockerode');
  const socketPath = socketOf(host);
  // What DOCKER_HOST says in another form (tcp with certificates, ssh) the client reads by itself; a context it does not.
  if (socketPath === undefined && config.dockerHost === undefined) throw otherMachine(host);
  const docker = socketPath === undefined ? new DockerClient() : new DockerClient({ socketPath });
  try {
    await docker.ping();
  } catch (error) {
    throw engineMissing(host, error);
  }
  return docker;
}

/** All containers of a lab, running or not, by service and number. */
export async function listContainers(docker: Docker, lab: LabName): Promise<readonly LabContainer[]> {
  const label = [`${projectLabel}=${projectOf(lab)}`, numberLabel];
  const listed = await docker.listContainers({ all: true, filters: { label } });
  const inspected = await Promise.all(listed.map(({ Id }) => inspectIfThere(docker, Id)));
  return inspected
    .filter((info) => info !== undefined)
    .map(labContainerOf)
    .sort((a, b) => byNumbers(a.name, b.name));
}

/** Whether a lab has a volume of this name, which is there until `down --volumes`. */
export async function hasVolume(docker: Docker, lab: LabName, name: string): Promise<boolean> {
  const label = [`${projectLabel}=${projectOf(lab)}`, `${volumeLabel}=${name}`];
  const { Volumes } = await docker.listVolumes({ filters: { label } });
  return Volumes.length > 0;
}

/** What the engine's description of a container says in the lab's words. */
export function labContainerOf(info: Docker.ContainerInspectInfo): LabContainer {
  const labels = info.Config.Labels ?? {};
  return {
    id: info.Id,
    // While compose replaces a container, the old one has its hexadecimal id before its name.
    name: info.Name.replace(/^\/([0-9a-f]{12}_)?/, ''),
    service: labels[serviceLabel] ?? 'unknown',
    image: info.Config.Image,
    state: info.State.Status as ContainerState,
    health: (info.State.Health?.Status as Health | undefined) ?? 'none',
    exitCode: info.State.ExitCode,
    startedAt: info.State.StartedAt,
    restarts: info.RestartCount,
    oneShot: !['always', 'unless-stopped'].includes(info.HostConfig.RestartPolicy?.Name ?? ''),
    outOfMemory: info.State.OOMKilled,
    memoryLimitBytes: info.HostConfig.Memory || undefined,
    ports: portsOf(info.HostConfig.PortBindings),
    environment: Object.fromEntries((info.Config.Env ?? []).map(splitVariable)),
    dependsOn: (labels[dependsOnLabel] ?? '')
      .split(',')
      .map((dependency) => dependency.split(':')[0]!)
      .filter((service) => service !== ''),
  };
}

/** Memory in use without the page cache, bytes; undefined where the container does not run. */
export async function memoryInUse(docker: Docker, id: string): Promise<number | undefined> {
  try {
    const { memory_stats: memory } = await docker.getContainer(id).stats({ stream: false, 'one-shot': true });
    if (memory?.usage === undefined) return undefined;
    const stats = memory.stats as { inactive_file?: number; total_inactive_file?: number } | undefined;
    // cgroup v2 and v1: as `docker stats` counts.
    return memory.usage - (stats?.inactive_file ?? stats?.total_inactive_file ?? 0);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Whether the engine says that a thing is no longer there. */
export function isGone(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}

async function inspectIfThere(docker: Docker, id: string): Promise<Docker.ContainerInspectInfo | undefined> {
  try {
    return await docker.getContainer(id).inspect();
  } catch (error) {
    // Between the listing and this look it may have been removed.
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function hostOfCurrentContext(): Promise<string> {
  try {
    const format = '{{.Endpoints.docker.Host}}';
    const { stdout } = await promisify(execFile)('docker', ['context', 'inspect', '--format', format], {
      timeout: 5000,
    });
    if (stdout.trim() !== '') return stdout.trim();
  } catch {
    // Without docker's command line there is no context to follow: the usual socket is all there can be.
  }
  return 'unix:///var/run/docker.sock';
}

/** The path of a socket on this machine; undefined for every other address. */
export function socketOf(host: string): string | undefined {
  return /^(?:unix|npipe):\/\/(.+)$/.exec(host)?.[1];
}

function otherMachine(host: string): LabError {
  return new LabError(`docker's current context is ${host}, and the lab's ports are on this machine only`, {
    kind: 'unavailable',
    suggestion: 'docker context use default, or set DOCKER_HOST',
    detail: { host },
  });
}

function engineMissing(host: string, error: unknown): LabError {
  const code = (error as { code?: string }).code;
  const suggestion =
    code === 'EACCES'
      ? 'add yourself to the group docker (sudo usermod -aG docker "$USER"), then log in again'
      : 'install Docker, or start it (Linux: sudo systemctl start docker; otherwise open Docker Desktop)';
  const what = code === 'EACCES' ? 'you may not use the Docker engine' : 'no Docker engine answers';
  return new LabError(`${what} at ${host} (${describeError(error)})`, {
    kind: 'unavailable',
    suggestion,
    detail: { host, code },
  });
}

function portsOf(bindings: Docker.PortMap | undefined): ReadonlyMap<number, number> {
  const pairs = Object.entries(bindings ?? {}).map(([port, hosts]) => {
    const host = (hosts as { HostPort?: string }[] | null)?.[0]?.HostPort;
    return [Number.parseInt(port, 10), Number(host)] as const;
  });
  return new Map(pairs.filter(([, host]) => host > 0));
}

function splitVariable(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}
