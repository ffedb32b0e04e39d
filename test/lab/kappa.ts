/**
 * The Kappa lab of the docker tests: brought up beside Lambda's by the first file that needs it, and from then on alone,
 * since two labs on a small machine only slow each other down. ./sequence.ts runs its files last.
 */
import { Kafka, logLevel } from 'kafkajs';
import { expect } from 'vitest';
import { ratePerSecond, runCli } from './cli.js';
import { docker, testLab } from './lab.js';

/** What any second lab on this machine needs. */
export const freshLabFlags = ['--port-base', '30000', '--no-grafana', '--timeout', '1800'] as const;

const settings = [
  ...['--rate', String(ratePerSecond), '--seed', '8', ...freshLabFlags],
  ...['--malformed', '0.002', '--duplicate', '0.005', '--late', '0.01', '--questions', 'core'],
] as const;

export const kappa = testLab('kappa', 30_000);

/** What a retention does, at once: Kafka forgets what lies below these offsets. */
export async function deleteBelow(offsets: readonly number[]): Promise<void> {
  const topic = 'snack_automat_message';
  const admin = new Kafka({ brokers: [kappa.brokerAddress], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  // It looks for leaders only in what it has been asked about before.
  await admin.fetchTopicOffsets(topic);
  const partitions = offsets.map((offset, partition) => ({ partition, offset: String(offset) }));
  await admin.deleteTopicRecords({ topic, partitions });
  await admin.disconnect();
}

/** The names of a lab's containers that run. */
export async function running(lab: string): Promise<readonly string[]> {
  const filters = ['--filter', `label=snacklab.lab=${lab}`, '--filter', 'status=running'];
  return (await docker('ps', ...filters, '--format', '{{.Names}}'))
    .split('\n')
    .filter((name) => name !== '')
    .sort();
}

/** Brings the Kappa lab up where it is not; `besides` runs while both labs are up, which is only once. */
export async function useKappa(besides: () => Promise<void> = async () => {}): Promise<void> {
  if ((await running('kappa')).length > 0) return;
  // A lab that has nothing to count leaves the processors to the one that comes up.
  if ((await running('lambda')).length > 0) await runCli(['lambda', 'generator', 'pause']);
  const up = await runCli(['kappa', 'up', ...settings, '--json'], { timeoutMs: 2_400_000, show: true });
  expect(up.exitCode, up.stderr.slice(-2000)).toBe(0);
  await besides();
  await runCli(['lambda', 'down', '--volumes'], { show: true });
}

/**
 * A Kappa lab with an archive from its beginning on, in place of any other; one that is up and has an archive is taken as it
 * is. It begins at a high rate, to have some history soon.
 */
export async function useKappaWithArchive(): Promise<void> {
  const names = await running('kappa');
  if (names.includes(kappa.container('archive'))) return;
  if (process.env.SNACKLAB_KEEP_LAB === 'kappa' && names.length > 0)
    throw new Error('the lab that is to be kept has no archive: bring one up with --archive, or leave this file out');
  for (const lab of ['kappa', 'lambda']) await runCli([lab, 'down', '--volumes'], { show: true });
  const args = ['kappa', 'up', '--archive', ...settings, '--rate', '2000', '--json'];
  const up = await runCli(args, { timeoutMs: 2_400_000, show: true });
  expect(up.exitCode, up.stderr.slice(-2000)).toBe(0);
}
