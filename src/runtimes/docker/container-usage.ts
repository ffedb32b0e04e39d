/** What a lab's containers use, as the engine counts it: memory, processor time, bytes written to disks; processes. */
import type { Engine, LabContainer } from './containers.js';

/** What one container uses, or several together. */
export interface Usage {
  /** Bytes without page cache: the cgroup's usage less its file pages. */
  readonly memoryBytes: number;
  /** Seconds of processor time since the container began. */
  readonly cpuSeconds: number;
  /** Bytes written to disks since the container began; null where the engine does not count them. */
  readonly writtenBytes: number | null;
}

interface EngineStats {
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly blkio_stats?: {
    readonly io_service_bytes_recursive?: readonly { readonly op?: string; readonly value?: number }[] | null;
  };
}

/** What a container uses now. */
export async function usageOf(docker: Engine, { id }: LabContainer): Promise<Usage> {
  const stats = (await docker.getContainer(id).stats({ stream: false, 'one-shot': true })) as EngineStats;
  return {
    memoryBytes: memoryOf(stats),
    cpuSeconds: (stats.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e9,
    writtenBytes: writtenBy(stats),
  };
}

/** What several use together; of those whose writing is not counted none is assumed, unless it is so of all. */
export function together(usages: readonly Usage[]): Usage {
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const written = usages.map(({ writtenBytes }) => writtenBytes).filter((bytes) => bytes !== null);
  return {
    memoryBytes: sum(usages.map(({ memoryBytes }) => memoryBytes)),
    cpuSeconds: sum(usages.map(({ cpuSeconds }) => cpuSeconds)),
    writtenBytes: written.length === 0 ? null : sum(written),
  };
}

/** How many processes run in them now. */
export async function processesIn(docker: Engine, containers: readonly LabContainer[]): Promise<number> {
  const running = containers.filter(({ state }) => state === 'running');
  const tops = await Promise.all(
    running.map(({ id }) => docker.getContainer(id).top() as Promise<{ Processes: unknown[] }>),
  );
  return tops.reduce((all, { Processes }) => all + Processes.length, 0);
}

function memoryOf({ memory_stats: memory }: EngineStats): number {
  const kinds = memory?.stats ?? {};
  // cgroup v2 names, then v1's. File pages on both lists: what the kernel may drop. Shared memory is on neither.
  const active = kinds.active_file ?? kinds.total_active_file ?? 0;
  const inactive = kinds.inactive_file ?? kinds.total_inactive_file ?? 0;
  return (memory?.usage ?? 0) - active - inactive;
}

function writtenBy({ blkio_stats: io }: EngineStats): number | null {
  const counted = io?.io_service_bytes_recursive ?? [];
  if (counted.length === 0) return null;
  return counted.filter(({ op }) => op?.toLowerCase() === 'write').reduce((bytes, { value = 0 }) => bytes + value, 0);
}
