/**
 * How many versions may run side by side: each has an executor on a Spark worker and a driver in the stream runner, and
 * one that finds no place would wait for ever. And whether the disk has room for one more output. Pure.
 */
import { LabError } from '../errors.js';
import type { Heads } from '../serving/head.js';
import { versionOf } from './versions.js';

/** A worker has 4 cores and 2 GiB; an executor takes 2 cores and 768 MiB (stream/driver.py). */
export const versionsPerWorker = 2;
/** A driver's JVM with 512 MiB of heap, and its Python. */
const driverBytes = 900 * 2 ** 20;
/** An output is some MiB; Cassandra needs room for its commit log and for what it rewrites. */
const diskNeededBytes = 512 * 2 ** 20;

/** What a lab has for its versions. */
export interface Room {
  readonly sparkWorkers: number;
  /** The stream runner's memory; undefined where it has no limit. */
  readonly runnerBytes: number | undefined;
}

/** Throws `usage` where one more version would not fit, and says which of the two is short. */
export function mustFit({ heads }: Pick<Heads, 'heads'>, { sparkWorkers, runnerBytes }: Room): void {
  const versions = heads.size;
  const names = [...heads.keys()].map(versionOf).join(', ');
  const onSpark = sparkWorkers * versionsPerWorker;
  if (versions >= onSpark) {
    const workers = sparkWorkers === 1 ? '1 worker has' : `${sparkWorkers} workers have`;
    throw new LabError(`${names} take all of Spark: ${workers} room for ${onSpark} versions; nothing was changed`, {
      kind: 'usage',
      suggestion: `drop one first: snacklab {lab} drop VERSION, or snacklab {lab} up --spark-workers ${sparkWorkers + 1}`,
      detail: { versions, onSpark, sparkWorkers },
    });
  }
  const inRunner = runnerBytes === undefined ? Number.POSITIVE_INFINITY : Math.floor(runnerBytes / driverBytes);
  if (versions < inRunner) return;
  const mib = Math.floor(runnerBytes! / 2 ** 20);
  throw new LabError(
    `${names} take all memory of the stream runner: its ${mib} MiB hold the drivers of ${inRunner} versions; nothing was changed`,
    {
      kind: 'usage',
      // `up` gives it what the workers have room for.
      suggestion: 'drop one first: snacklab {lab} drop VERSION, or snacklab {lab} up, which gives it more',
      detail: { versions, inRunner, runnerBytes },
    },
  );
}

/** Throws `unavailable` where the disk is too small for one more output; undefined: it is not known. `where` is its remedy. */
export function mustFitOnDisk(freeBytes: number | undefined, where: string): void {
  if (freeBytes === undefined || freeBytes >= diskNeededBytes) return;
  const [free, needed] = [freeBytes, diskNeededBytes].map((bytes) => Math.floor(bytes / 2 ** 20));
  throw new LabError(`${free} MiB of disk are free, another output needs ${needed}; nothing was changed`, {
    kind: 'unavailable',
    suggestion: `free some: ${where}`,
    detail: { freeBytes },
  });
}
