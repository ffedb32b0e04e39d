/**
 * Takes a lab down by its labels alone: it works when the command line was killed, when the compose files have changed,
 * and when only a half of the lab is there. It touches nothing that does not carry the lab's own project label.
 */
import type Docker from 'dockerode';
import type { LabName } from '../../resources.js';
import { isGone, type LabContainer, listContainers, projectLabel, projectOf } from './containers.js';

/** Names of what was removed. */
export interface Removed {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

export interface DownRequest {
  /** Forget the data as well. */
  readonly volumes: boolean;
  readonly say: (text: string) => void;
}

/** A container that compose was still creating when the first listing was made is found by the next one. */
const roundsMax = 5;

export async function takeDown(docker: Docker, lab: LabName, request: DownRequest): Promise<Removed> {
  const containers: string[] = [];
  for (let round = 0; round < roundsMax; round++) {
    const there = await listContainers(docker, lab);
    if (there.length === 0) break;
    for (const wave of stopOrder(there)) {
      request.say(`stopping ${wave.map(({ name }) => name).join(', ')}`);
      // What is to be forgotten needs no orderly end.
      if (!request.volumes) await Promise.all(wave.map(({ id }) => settled(docker.getContainer(id).stop())));
    }
    await Promise.all(there.map(({ id }) => settled(docker.getContainer(id).remove({ force: true, v: true }))));
    containers.push(...there.map(({ name }) => name));
  }
  return {
    containers,
    networks: await removeNetworks(docker, lab),
    volumes: request.volumes ? await removeVolumes(docker, lab) : [],
  };
}

/** Containers in waves: none is stopped before those that depend on it. Circles end up in one last wave. */
export function stopOrder(containers: readonly LabContainer[]): readonly (readonly LabContainer[])[] {
  const waves: LabContainer[][] = [];
  let left = [...containers];
  while (left.length > 0) {
    const needed = new Set(left.flatMap(({ dependsOn }) => dependsOn));
    const wave = left.filter(({ service }) => !needed.has(service));
    if (wave.length === 0) return [...waves, left];
    waves.push(wave);
    left = left.filter((one) => !wave.includes(one));
  }
  return waves;
}

async function removeNetworks(docker: Docker, lab: LabName): Promise<readonly string[]> {
  const filters = { label: [`${projectLabel}=${projectOf(lab)}`] };
  const networks = await docker.listNetworks({ filters });
  await Promise.all(networks.map(({ Id }) => settled(docker.getNetwork(Id).remove())));
  return networks.map(({ Name }) => Name);
}

async function removeVolumes(docker: Docker, lab: LabName): Promise<readonly string[]> {
  const filters = { label: [`${projectLabel}=${projectOf(lab)}`] };
  const { Volumes } = await docker.listVolumes({ filters });
  await Promise.all(Volumes.map(({ Name }) => settled(docker.getVolume(Name).remove())));
  return Volumes.map(({ Name }) => Name);
}

/** 304: it has stopped already, 404: it is gone, 409: its removal is under way. All are what was wanted. */
export async function settled(effect: Promise<unknown>): Promise<void> {
  try {
    await effect;
  } catch (error) {
    const { statusCode, message } = error as { statusCode?: number; message: string };
    const underWay = statusCode === 409 && message.includes('already in progress');
    if (statusCode !== 304 && !isGone(error) && !underWay) throw error;
  }
}
