/**
 * The services of a lab as they run in one process: the same code as in the containers, over the embedded runtime's ports.
 * Which services a lab has is the architecture's matter, as in its compose file; what each does is its own.
 */
import { randomUUID } from 'node:crypto';
import { type GeneratorOptions, runGenerator } from '../../../generator/run-generator.js';
import { keepBases } from '../../../kappa/keep-bases.js';
import { runCycles } from '../../../lambda/cycles.js';
import { keepAlerts } from '../../alerts/keep-alerts.js';
import { webhookSender } from '../../alerts/webhook.js';
import type { ArchiveLimits } from '../../archive/archiver.js';
import { keepArchive } from '../../archive/keep-archive.js';
import { archiveOrigin } from '../../archive/origin.js';
import { type GeneratorSettings, webhookAddress } from '../../config/service.js';
import { type IngestionOptions, keepIngestion } from '../../ingestion/keep-ingestion.js';
import type { LabName } from '../../resources.js';
import type { FollowLog } from '../../runtimes/embedded/archive-thread/follow.js';
import type { ArchiveStore, BatchEngine, Clock, DeadLetterLog, Log, ServingStore } from '../../runtimes/ports.js';
import { keepViews } from '../../serving/keep-views.js';
import { inProcessPace } from '../../serving/paced-log.js';
import { rememberingStore } from '../../serving/remembering-store.js';
import { superviseValidations } from '../../validation/supervise.js';
import { validate } from '../../validation/validator.js';
import { liveHead } from '../live-version.js';
import type { LabService } from './keep-running.js';
import { runStreamJobs } from './stream-jobs.js';

/** What the services of one architecture work on. */
export interface LabPorts {
  readonly store: ServingStore;
  readonly log: Log;
  readonly deadLetters: DeadLetterLog;
  readonly archive: ArchiveStore;
  readonly followArchive: FollowLog;
  readonly batchEngine: BatchEngine;
}

/** The services of an architecture, but for the generator: one log may have two architectures that read it. */
export function labServices(architecture: LabName, ports: LabPorts, batchEveryMs: number): readonly LabService[] {
  const own = architecture === 'lambda' ? lambdaServices(ports, batchEveryMs) : kappaServices(ports);
  return [streamJobs(ports), ...own, validation(ports), views(ports)];
}

/** What the generator of a lab follows. */
export interface GeneratorPorts {
  readonly settings: GeneratorSettings;
  readonly openProducer: GeneratorOptions['openProducer'];
  readonly ledgerFolder: string;
  readonly store: Pick<ServingStore, 'readWanted' | 'report'>;
  /** One that goes on after the wish to end: what is in flight is still waited for. */
  readonly clock: Clock;
}

export function generator({ store, ...ports }: GeneratorPorts): LabService {
  const borrowed = { ...store, [Symbol.asyncDispose]: async () => {} };
  const openStore = async () => borrowed;
  return { name: 'generator', run: ({ stop, say }) => runGenerator({ ...ports, openStore, stop, say }) };
}

/** Takes events over HTTP at these doors. */
export function ingestion(options: IngestionOptions): LabService {
  return { name: 'ingestion', run: (scope) => keepIngestion(options, scope) };
}

const noHold = async () => {};

function streamJobs({ store, log, deadLetters }: LabPorts): LabService {
  const both = { ...log, append: deadLetters.append };
  return {
    name: 'stream',
    run: (scope) => runStreamJobs({ store, log: both, clock: scope.clock }, inProcessPace, scope),
  };
}

/** A file for each partition every few seconds; sixteen of them make a larger one. */
const archiveLimits: ArchiveLimits = {
  fileBytesMax: 12 << 20,
  fileAgeMsMax: 2_000,
  quietMs: 200,
  filesPerMerge: 16,
  bytesMax: 256 << 20,
  levelMax: 3,
};

/**
 * Slices come some ten times a second: more than so many are folded while no batch gets through. One process has the
 * directory, so a job that its engine does not know is on its way from nobody.
 */
const cycleLimits = { jobMsMax: 15 * 60_000, jobLookMs: 250, submissionMsMax: 0, attemptsMax: 5, slicesMax: 2_000 };

function lambdaServices(
  { store, archive, followArchive, batchEngine: engine }: LabPorts,
  batchEveryMs: number,
): LabService[] {
  return [
    {
      name: 'archive',
      async run(scope) {
        const needed = liveHead(await store.readHeads()).origin;
        const begins = archiveOrigin(await archive.list(), needed, undefined);
        // The log keeps everything: where the archive has lost its first file, that is written anew.
        const origin = begins.map((offset, partition) => Math.min(offset, needed[partition]!));
        const source = { archive, origin, limits: archiveLimits };
        const follow = (stop: AbortSignal) => followArchive(origin, archiveLimits, stop);
        // The coordinator removes what no job reads any more.
        await keepArchive({ source, follow, store, remover: undefined, mayHaveGap: false }, scope);
      },
    },
    {
      name: 'coordinator',
      run(scope) {
        const limits = { ...cycleLimits, batchEveryMs };
        const shared = { store, archive, engine, clock: scope.clock, limits, hold: noHold, newId: randomUUID };
        return runCycles(shared, scope);
      },
    },
  ];
}

/** In one process slices are some ten a second and cheap to merge: few of them keep an answer quick to read. */
const slicesPerBase = 10;

function kappaServices({ store }: LabPorts): LabService[] {
  return [
    {
      name: 'compactor',
      run: (scope) => keepBases({ store, slicesPerBase, hold: noHold, say: scope.say }, scope),
    },
  ];
}

function validation({ store, log }: LabPorts): LabService {
  return {
    name: 'validation',
    run({ stop, clock, say }) {
      // Raw events are kept for panels and CQL: who is on this machine has the log itself.
      const none = { rawEvents: undefined, keepsRawEvents: () => false };
      const shared = { store, log, ...none, clock, hold: noHold, stopped: () => stop.aborted };
      const one = (pipeline: string) => validate({ ...shared, pipeline, say: (line) => say(`${pipeline}: ${line}`) });
      return superviseValidations({ ...shared, say, validate: one });
    },
  };
}

function views({ store }: LabPorts): LabService {
  return { name: 'views', run: (scope) => keepViews({ store: rememberingStore(store), hold: noHold }, scope) };
}

/** Raises and clears alerts, and sends them where the environment says. */
export function alerts(lab: LabName, store: ServingStore): LabService {
  const address = webhookAddress();
  const send = address === undefined ? undefined : webhookSender(address, lab);
  return { name: 'alerts', run: (scope) => keepAlerts({ store, reading: rememberingStore(store), send }, scope) };
}
