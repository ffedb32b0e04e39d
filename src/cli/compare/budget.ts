/**
 * The budget that each lab of a comparison has: the same processors of one engine and all of its memory, since one lab
 * is up after the other. Processors are bound as sets, so that a lab's containers share them as they would a machine.
 */
import { LabError } from '../../errors.js';
import type { Engine, LabContainer } from '../../runtimes/docker/containers.js';

export interface Budget {
  readonly processors: number;
  readonly memoryBytes: number;
  /** Whether that is less than the engine has. */
  readonly isBound: boolean;
}

/** All that the engine has, or so many of its processors. Throws `usage` when it has fewer. */
export async function budgetOf(docker: Engine, processors: number | undefined): Promise<Budget> {
  const { NCPU, MemTotal } = (await docker.info()) as { readonly NCPU: number; readonly MemTotal: number };
  if (processors !== undefined && processors > NCPU) {
    throw new LabError(`--cpus ${processors}: the Docker engine has ${NCPU}`, {
      kind: 'usage',
      suggestion: `--cpus ${NCPU}, or without it: all of them`,
      detail: { processors, available: NCPU },
    });
  }
  return { processors: processors ?? NCPU, memoryBytes: MemTotal, isBound: processors !== undefined };
}

/** Binds the containers of a lab that is up to the budget's processors, where those are not all. */
export async function bindTo(
  docker: Engine,
  containers: readonly LabContainer[],
  { processors, isBound }: Budget,
): Promise<void> {
  if (!isBound) return;
  const CpusetCpus = processors === 1 ? '0' : `0-${processors - 1}`;
  for (const { id } of containers) await docker.getContainer(id).update({ CpusetCpus });
}
