/** A lab in one process on this machine: found by its directory, reached through its socket. */
import { statfs } from 'node:fs/promises';
import { z } from 'zod';
import { readLedgerFile } from '../../generator/ledger-file.js';
import { printedLines } from '../../generator/printed-ledger.js';
import { LabError } from '../errors.js';
import type { LabName } from '../resources.js';
import { engineTools, type ToolName } from '../runtimes/docker/engine-tools.js';
import { checkerLogOf } from '../runtimes/embedded/checker-log.js';
import { remoteLab } from '../runtimes/embedded/remote/client.js';
import { socketPathFor } from '../runtimes/embedded/remote/socket-path.js';
import { mustFitOnDisk } from '../versions/room.js';
import type { EmbeddedPlace } from './choose-runtime.js';
import { consoleUrl } from './embedded/console-url.js';
import { dataFolderIn, ledgerFolderIn, logFileIn } from './embedded/directory.js';
import { followLines, lastLines, servicesIn } from './embedded/log-file.js';
import { notUp } from './embedded/place.js';
import type { LabLogs, LabParts, RunningLab } from './lab.js';
import { nearest } from './text.js';

/** The lab of a directory, up or not. */
export function embeddedLab(lab: LabName, place: EmbeddedPlace): RunningLab {
  const { dir, socket } = place;
  const away = (cause: unknown) => notUp(lab, place, cause);
  const remote = () => {
    if (socket === undefined) throw notUp(lab, place);
    return remoteLab(socket, away);
  };
  return {
    lab,
    runtime: 'embedded',
    absent: place.about === undefined ? notUp(lab, place) : undefined,
    async openStore() {
      const { store, [Symbol.asyncDispose]: dispose } = remote();
      return { ...store, [Symbol.asyncDispose]: dispose };
    },
    async openLog() {
      const { log, [Symbol.asyncDispose]: dispose } = remote();
      return { ...log, [Symbol.asyncDispose]: dispose };
    },
    async openCheckerLog() {
      const { log, lab: ask, [Symbol.asyncDispose]: dispose } = remote();
      const keys = async () => z.array(z.string()).parse(await ask('deadLetterKeys'));
      return { ...checkerLogOf(log, keys), [Symbol.asyncDispose]: dispose };
    },
    ingestionAddress: async () => ({ socketPath: await socketPathFor(dir, 'ingest.sock') }),
    ledgerLines: async () =>
      [...printedLines(await readLedgerFile(ledgerFolderIn(dataFolderIn(dir))))].map((line) => JSON.stringify(line)),
    mustHaveRoom: () => mustHaveRoomIn(dir),
    // Each view makes its table when it is first written.
    createServedTables: async () => {},
    // Its log keeps all.
    archiveSaid: () => undefined,
    parts: async () => partsOf(lab, place),
    toolContainer: (tool) => noTool(dir, tool),
    logs: (service) => logsOf(dir, service),
  };
}

/** Throws `unavailable` where the disk of a lab's directory is too small for one more version. */
export async function mustHaveRoomIn(dir: string): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  mustFitOnDisk(bavail * bsize, `the disk of ${dir} is what has to have room`);
}

/** One process: its memory is said once, and a service is a part of it. */
function partsOf(lab: LabName, { about }: EmbeddedPlace): LabParts {
  const services = (about?.services ?? []).map(({ name, state, restarts, lastError }) => ({
    name: `${lab}-${name}`,
    service: name,
    state: state === 'running' || lastError === null ? state : `${state} (${lastError})`,
    ready: state === 'running',
    restarts,
    memoryBytes: null,
  }));
  return { running: about !== undefined, services, memoryBytes: about?.memoryBytes ?? 0, pages: pagesOf(about) };
}

function pagesOf(about: EmbeddedPlace['about']): LabParts['pages'] {
  const url = about === undefined ? undefined : consoleUrl(about.settings);
  return url === undefined ? [] : [{ title: 'Console', url }];
}

function noTool(dir: string, tool: ToolName): never {
  const { engine } = engineTools[tool];
  throw new LabError(`an embedded lab has no ${engine}: shell opens what is in containers`, {
    kind: 'usage',
    suggestion: `snacklab {lab} query prints its answers; its files are in ${dataFolderIn(dir)}: the log as a broker's, the archive as Parquet`,
    detail: { tool, dir },
  });
}

async function logsOf(dir: string, service: string | undefined): Promise<LabLogs> {
  const services = service === undefined ? [] : await servicesIn(dir);
  if (service !== undefined && !services.includes(service)) {
    throw new LabError(`no service "${service}" has printed anything into ${logFileIn(dir)}`, {
      kind: 'usage',
      suggestion: nearest(service, services) ?? services.join(', '),
      detail: { service, services },
    });
  }
  return {
    read: (tail) => lastLines(dir, service, tail),
    follow: (tail, signal) => followLines(dir, service, tail, signal),
    lineText: ({ container, text }) => (service === undefined ? `${container.padEnd(12)} ${text}` : text),
  };
}
