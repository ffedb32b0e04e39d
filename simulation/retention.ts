/** The log loses its beginning: as it may always happen, or only where nobody needs it any more. */
import type { Process } from '../src/runtimes/memory/scheduler.js';
import { endOfLog, type World } from '../src/runtimes/memory/world.js';
import type { Head } from '../src/serving/head.js';
import type { Service } from './processes.js';
import type { SimulatedLab } from './simulated-lab.js';

/** Nobody where the settings say that the log is kept. `isRead` where an archive's files are read in its place. */
export function retention(lab: SimulatedLab, isRead: boolean): readonly Service[] {
  if (lab.settings.retention === 'none') return [];
  return [{ name: 'retention', weight: 0.5, run: (process) => cutLog(lab, process, isRead) }];
}

async function cutLog(lab: SimulatedLab, process: Process, isRead: boolean): Promise<void> {
  const { world } = lab;
  const { scheduler, log } = world;
  for (;;) {
    await lab.clock(process).sleep(scheduler.integer(250));
    await scheduler.effect(process, () => {
      const partition = scheduler.integer(log.starts.length);
      const start = log.starts[partition]! + 1 + scheduler.integer(3);
      const most = lab.settings.retention === 'harsh' ? endOfLog(world)[partition]! : needed(world, partition, isRead);
      log.starts[partition] = Math.max(log.starts[partition]!, Math.min(start, most));
    });
  }
}

/** The first offset of a partition that somebody still has to read. */
function needed(world: World, partition: number, isRead: boolean): number {
  const positions = [...world.heads.value.heads.values()].map(({ position }) => position[partition]!);
  const archiveEnd = isRead || world.archive.size > 0 ? [archived(world, partition).until] : [];
  return Math.min(...(isRead ? [] : positions), ...archiveEnd);
}

/** Where the archive's files begin, and where those end that follow each other from there without a gap. */
export function archived(world: World, partition: number): { readonly from: number; readonly until: number } {
  const files = [...world.archive.values()].filter((file) => file.partition === partition);
  const from = files.length === 0 ? 0 : Math.min(...files.map((file) => file.from));
  let until = from;
  for (let next: number | undefined = from; next !== undefined; ) {
    until = next;
    next = files.find((file) => file.from <= until && file.until > until)?.until;
  }
  return { from, until };
}

/** Whether a stream job can never go on from a head: the log has lost what it needs, and so has the archive. */
export function isLost(world: World, { position }: Pick<Head, 'position'>, hasArchive: boolean): boolean {
  return position.some((offset, partition) => {
    const start = world.log.starts[partition]!;
    const { from, until } = archived(world, partition);
    return offset < start && !(hasArchive && from <= offset && until >= start);
  });
}
