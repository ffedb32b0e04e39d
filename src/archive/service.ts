/** The archive's process: opens what keeping the log in files on HDFS needs, and keeps them. */
import { archiveConfig } from '../config/service.js';
import { LabError } from '../errors.js';
import type { Position } from '../positions/position.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { openCassandraStore } from '../runtimes/docker/cassandra-store.js';
import { archiveLevels, openHdfsArchive } from '../runtimes/docker/hdfs-archive.js';
import { openHold } from '../runtimes/docker/holds.js';
import { kafkaLog } from '../runtimes/docker/kafka-log.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import { openWebHdfs } from '../runtimes/docker/webhdfs.js';
import type { ServingStore } from '../runtimes/ports.js';
import { type ArchiveSource, followLog } from './archiver.js';
import { coveredRemover } from './covered-remover.js';
import { keepArchive } from './keep-archive.js';
import { archiveOrigin } from './origin.js';

/** A file every few seconds at low rates, so that the next cut is never far; sixteen of them make a larger one. */
const limits = {
  fileBytesMax: 12 << 20,
  fileAgeMsMax: 5_000,
  quietMs: 2_000,
  filesPerMerge: 16,
  bytesMax: 256 << 20,
  levelMax: archiveLevels.at(-1)!,
};
/** Nobody waits for what is not yet in a file: few answers of the broker, and large ones. */
const patientReader = { bytesMin: 1 << 20, waitMs: 500 };
/** Longer than any reader that has listed a file takes to read it. */
const keepCoveredMs = 10 * 60_000;

await runService('archive', async (scope) => {
  const config = archiveConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  await using store = await openCassandraStore({ contactPoint: config.cassandra, architecture: config.lab });
  const archive = await openHdfsArchive(openWebHdfs(config.webhdfs), scope.clock.nowMs());
  const log = kafkaLog({ broker: config.kafka, ...patientReader });
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
  const follow = (stop: AbortSignal) => followLog(source, () => stop.aborted);
  await keepArchive({ source, follow, store, remover, mayHaveGap: config.lab === 'kappa' }, scope);
});

async function originOfPipeline(store: ServingStore): Promise<Position> {
  const heads = await store.readHeads();
  const head = heads.heads.get(heads.live);
  if (head !== undefined) return head.origin;
  throw new LabError('there is no pipeline to keep an archive for', { suggestion: 'snacklab {lab} up' });
}
