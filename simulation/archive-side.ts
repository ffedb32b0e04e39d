/** The processes of a simulated lab that keep its log in files, and the log as far back as the files reach. */
import { archivedLog } from '../src/archive/archived-log.js';
import { type ArchiveLimits, followLog, mergeOnce } from '../src/archive/archiver.js';
import { coveredRemover } from '../src/archive/covered-remover.js';
import { archiveOrigin } from '../src/archive/origin.js';
import type { Process } from '../src/runtimes/memory/scheduler.js';
import type { DeadLetterLog, Log } from '../src/runtimes/ports.js';
import type { Service } from './processes.js';
import type { SimulatedLab } from './simulated-lab.js';

const limits: ArchiveLimits = {
  fileBytesMax: 1_000,
  fileAgeMsMax: 60,
  quietMs: 30,
  filesPerMerge: 3,
  bytesMax: 1_000,
  levelMax: 3,
};
const keepCoveredMs = 200;

/** As `src/archive/service.ts`. In Kappa it removes what a merge has replaced; in Lambda the coordinator does. */
export function archiveSide(lab: SimulatedLab, isKappa: boolean): readonly Service[] {
  return [
    { name: 'archive', weight: 1.5, run: (process) => archiveTheLog(lab, process, isKappa) },
    { name: 'archive-merge', weight: 0.5, run: (process) => mergeFiles(lab, process, isKappa) },
  ];
}

async function archiveTheLog(lab: SimulatedLab, process: Process, isKappa: boolean): Promise<void> {
  const log = lab.openLog(process);
  const archive = lab.openArchive(process);
  const logStarts = isKappa ? await log.starts() : undefined;
  const origin = archiveOrigin(await archive.list(), lab.origin, logStarts);
  const { nowMs } = lab.clock(process);
  await followLog({ log, archive, origin, limits, nowMs, hold: async () => {} }, () => false);
}

async function mergeFiles(lab: SimulatedLab, process: Process, isKappa: boolean): Promise<void> {
  const archive = lab.openArchive(process);
  const remover = isKappa ? coveredRemover(archive, keepCoveredMs) : undefined;
  const clock = lab.clock(process);
  for (;;) {
    const origin = archiveOrigin(await archive.list(), lab.origin, undefined);
    for (const partition of origin.keys()) await mergeOnce({ archive, origin, limits }, partition);
    await remover?.(clock.nowMs());
    await clock.sleep(50);
  }
}

/** The log, and below its start the archive. */
export function openArchivedLog(lab: SimulatedLab, process: Process): Log & DeadLetterLog {
  const log = lab.openLog(process);
  const past = archivedLog({ log, archive: lab.openArchive(process), clock: lab.clock(process), patienceMs: 1_000 });
  return { ...past, append: log.append };
}
