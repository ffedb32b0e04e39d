/** What a lab's containers use, as the engine counts it: memory, processor time, bytes written to disks; processes. */
import type { Engine, LabContainer } from './containers.js';

export interface Usage {
  readonly atMs: number;
  /** Bytes of all containers together, without page cache: each cgroup's usage less its file pages. */
  readonly memoryBytes: number;
  /** Seconds of processor time since the containers began. */
  readonly cpuSeconds: number;
  /** Bytes written to disks since the containers began; null where the engine does not count them. */
  readonly writtenBytes: number | null;
}

interface EngineStats {
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly blkio_stats?: {
    readonly io_service_bytes_recursive?: readonly { readonly op?: string; readonly value?: number }[] | null;
  };
}

/** One sample of all containers that run. */
export async function usageOf(docker: Engine, containers: readonly LabContainer[]): Promise<Usage> {
  const running = containers.filter(({ oneShot }) => !oneShot);
  const atMs = Date.now();
  const stats = await Promise.all(
    running.map(
      async ({ id }) => (await docker.getContainer(id).stats({ stream: false, 'one-shot': true })) as EngineStats,
    ),
  );
  const sum = (of: (one: EngineStats) => number) => stats.reduce((all, one) => all + of(one), 0);
  return {
    atMs,
    memoryBytes: sum(memoryOf),
    cpuSeconds: sum((one) => (one.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e9),
    writtenBytes: stats.some(({ blkio_stats: io }) => io?.io_service_bytes_recursive?.length) ? sum(writtenBy) : null,
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

function writtenBy({ blkio_stats: io }: EngineStats): number {
  return (io?.io_service_bytes_recursive ?? [])
    .filter(({ op }) => op?.toLowerCase() === 'write')
    .reduce((bytes, { value = 0 }) => bytes + value, 0);
}
