/** Gathers the facts that ./doctor.ts judges. Looks only, changes nothing. Each look is bounded. */
import { execFile } from 'node:child_process';
import { readFile, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import type { CommandLineConfig } from '../../config/command-line.js';
import { describeError } from '../../errors.js';
import type { LabName } from '../../resources.js';
import { askRegistry, hasImage } from './compose-build.js';
import { type LabPort, labPorts } from './compose-settings.js';
import { type LabContainer, listContainers } from './containers.js';
import type { ImageFacts, MachineFacts, PortFacts } from './doctor.js';
import { portHolder } from './doctor-ports.js';

export interface Needs {
  readonly lab: LabName;
  readonly portBase: number;
  readonly grafana: boolean;
  /** Whether Kappa is to have an archive. */
  readonly archive: boolean;
  /** The lab's own images, by name; empty where they are not known. */
  readonly ownImages: readonly string[];
  /** Whether to ask also for what the lab can do without; it may take a while. */
  readonly optionalImages: boolean;
}

const lookTimeoutMs = 10_000;

export async function gatherFacts(docker: Docker, config: CommandLineConfig, needs: Needs): Promise<MachineFacts> {
  const [info, composeVersion, buildxVersion, containers, labBuilt] = await Promise.all([
    docker.info() as Promise<EngineInfo>,
    versionOf(['compose', 'version', '--short']),
    versionOf(['buildx', 'version']),
    listContainers(docker, needs.lab),
    allPresent(docker, needs.ownImages),
  ]);
  const [memoryFreeBytes, diskFreeBytes, ports, images] = await Promise.all([
    isLocal(info) ? memoryFree() : undefined,
    isLocal(info) ? diskFree(info.DockerRootDir) : undefined,
    portFacts(docker, containers, needs),
    imageFacts(docker, config, needs, labBuilt),
  ]);
  return {
    engineVersion: info.ServerVersion,
    composeVersion,
    buildxVersion,
    processors: info.NCPU,
    memoryBytes: info.MemTotal,
    memoryFreeBytes,
    diskFreeBytes,
    ports,
    images,
    labRuns: containers.some(({ state }) => state === 'running'),
    labBuilt,
  };
}

interface EngineInfo {
  readonly ServerVersion: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly Name: string;
  readonly OperatingSystem: string;
  readonly DockerRootDir: string;
}

/** Bytes free where the engine keeps its data; undefined where that is another machine's, or not to be seen. */
export async function engineDiskFree(docker: Docker): Promise<number | undefined> {
  const info = (await docker.info()) as EngineInfo;
  return isLocal(info) ? diskFree(info.DockerRootDir) : undefined;
}

/** Whether the engine's memory and disk are this machine's, and not those of a virtual one. */
function isLocal(info: EngineInfo): boolean {
  return process.platform === 'linux' && info.Name === hostname() && !info.OperatingSystem.includes('Docker Desktop');
}

async function versionOf(args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('docker', [...args], { timeout: lookTimeoutMs });
    return /v?\d+\.\d+[^\s]*/.exec(stdout)?.[0];
  } catch {
    // Docker answers "is not a docker command" where a plugin is missing: that is the finding.
    return undefined;
  }
}

async function allPresent(docker: Docker, images: readonly string[]): Promise<boolean> {
  const present = await Promise.all(images.map((image) => hasImage(docker, image)));
  return images.length > 0 && present.every((one) => one);
}

async function memoryFree(): Promise<number | undefined> {
  const [, kib] = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile('/proc/meminfo', 'utf8')) ?? [];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

async function diskFree(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // Only root may look into the engine's folder on some systems: then it is not known, which is no failure.
    return undefined;
  }
}

async function portFacts(docker: Docker, own: readonly LabContainer[], needs: Needs): Promise<readonly PortFacts[]> {
  const { lab, portBase, archive } = needs;
  const wanted = labPorts(lab, portBase, archive).filter(({ service }) => needs.grafana || service !== 'grafana');
  const running = await docker.listContainers();
  const ownPorts = new Set(own.filter(({ state }) => state === 'running').flatMap(({ ports }) => [...ports.values()]));
  const heldBy = async (port: LabPort) => {
    if (ownPorts.has(port.port)) return undefined;
    const container = running.find(({ Ports }) => Ports.some(({ PublicPort }) => PublicPort === port.port));
    return container === undefined ? portHolder(port.port) : `container ${container.Names[0]?.replace(/^\//, '')}`;
  };
  return Promise.all(wanted.map(async (port) => ({ port, heldBy: await heldBy(port) })));
}

async function imageFacts(
  docker: Docker,
  config: CommandLineConfig,
  needs: Needs,
  labBuilt: boolean,
): Promise<readonly ImageFacts[]> {
  const wanted = [
    { image: config.baseImage, optional: false },
    { image: config.nodeImage, optional: false },
    ...(needs.grafana && needs.optionalImages ? [{ image: config.grafanaImage, optional: true }] : []),
  ];
  return Promise.all(
    wanted.map(async ({ image, optional }) => {
      const present = await hasImage(docker, image);
      // What is built already needs no registry, so none is asked.
      const problem = present || (labBuilt && !optional) ? undefined : await registryProblem(docker, image);
      return { image, optional, present, problem };
    }),
  );
}

async function registryProblem(docker: Docker, image: string): Promise<string | undefined> {
  try {
    await askRegistry(docker, image);
    return undefined;
  } catch (error) {
    return describeError(error).trim();
  }
}
