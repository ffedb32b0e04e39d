/**
 * The archive's process: keeps the log in files on HDFS and merges small ones into larger ones.
 * It may run twice, be killed in the middle of a file, or be a zombie: the archive's names decide, not its memory.
 */
import { archiveConfig } from '../config/service.js';
import { LabError } from '../errors.js';
import { messagesBetween, type Position } from '../positions/position.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { openCassandraStore } from '../runtimes/docker/cassandra-store.js';
import { archiveLevels, openHdfsArchive } from '../runtimes/docker/hdfs-archive.js';
import { openHold } from '../runtimes/docker/holds.js';
import { kafkaLog } from '../runtimes/docker/kafka-log.js';
import { runService, type ServiceScope } from '../runtimes/docker/service-runtime.js';
import { openWebHdfs } from '../runtimes/docker/webhdfs.js';
import type { ServingStore } from '../runtimes/ports.js';
import { type ArchiveSource, followLog, mergeOnce } from './archiver.js';
import { coverage } from './chain.js';
import { type CoveredRemover, coveredRemover } from './covered-remover.js';
import { archiveOrigin } from './origin.js';

/** A file every few seconds at low rates, so that the next cut is never far; sixteen of them make a larger one. */
const limits = {
  fileBytesMax: 12 << 20,
  fileAgeMsMax: 5_000,
  filesPerMerge: 16,
  bytesMax: 256 << 20,
  levelMax: archiveLevels.at(-1)!,
};
const mergeEveryMs = 15_000;
/** Longer than any reader that has listed a file takes to read it. */
const keepCoveredMs = 10 * 60_000;
const reportEveryMs = 2_000;

await runService('archive', async (scope) => {
  const config = archiveConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  await using store = await openCassandraStore({ contactPoint: config.cassandra, architecture: config.lab });
  const archive = await openHdfsArchive(openWebHdfs(config.webhdfs), scope.clock.nowMs());
  const log = kafkaLog({ broker: config.kafka });
  const pipelineOrigin = await originOfPipeline(store);
  // Kappa's may have been asked for when the log had lost its beginning; Lambda's batch needs all from the origin on.
  const logStarts = config.lab === 'kappa' ? await log.starts() : undefined;
  const source: ArchiveSource = {
    log,
    archive,
    origin: archiveOrigin(await archive.list(), pipelineOrigin, logStarts),
    limits,
    nowMs: scope.clock.nowMs,
    hold: openHold(session, 'archive', config.holds),
  };
  // In Lambda the coordinator removes what no job reads any more.
  const remover = config.lab === 'kappa' ? coveredRemover(archive, keepCoveredMs) : undefined;
  const mayHaveGap = config.lab === 'kappa';
  await Promise.all([follow(source, scope, mayHaveGap), merge(source, scope, remover), report(source, store, scope)]);
});

async function follow(source: ArchiveSource, scope: ServiceScope, mayHaveGap: boolean): Promise<void> {
  while (!scope.stop.aborted) {
    try {
      await followLog(source, () => scope.stop.aborted);
    } catch (error) {
      // In Kappa what is there stays of use to whom it reaches, and nobody else waits for it: `replay` says that it ends.
      if (!mayHaveGap || !(error instanceof LabError) || error.kind !== 'fail') throw error;
      scope.say(`${error.message}; nothing is added any more`);
      return;
    }
    if (!scope.stop.aborted) scope.say('another archive was quicker: going on from what the archive holds');
  }
}

async function merge(source: ArchiveSource, scope: ServiceScope, remover: CoveredRemover | undefined): Promise<void> {
  while (!scope.stop.aborted) {
    for (const partition of source.origin.keys()) {
      while (!scope.stop.aborted && (await mergeOnce(source, partition)));
    }
    await remover?.(scope.clock.nowMs());
    await scope.clock.sleep(mergeEveryMs);
  }
}

async function report(source: ArchiveSource, store: ServingStore, scope: ServiceScope): Promise<void> {
  while (!scope.stop.aborted) {
    const files = await source.archive.list();
    const position = coverage(files, source.origin);
    await store.report({
      service: 'archive',
      atMs: scope.clock.nowMs(),
      report: {
        origin: source.origin,
        position,
        messages: messagesBetween(source.origin, position),
        files: files.length,
        bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      },
    });
    await scope.clock.sleep(reportEveryMs);
  }
}

async function originOfPipeline(store: ServingStore): Promise<Position> {
  const heads = await store.readHeads();
  const head = heads.heads.get(heads.live);
  if (head !== undefined) return head.origin;
  throw new LabError('there is no pipeline to keep an archive for', { suggestion: 'snacklab {lab} up' });
}
