/**
 * The Kappa lab of the docker tests: brought up beside Lambda's by the first file that needs it, and from then on alone,
 * since two labs on a small machine only slow each other down. ./sequence.ts runs its files last.
 */
import { expect } from 'vitest';
import { runCli } from './cli.js';
import { docker, testLab } from './lab.js';

const settings = [
  ...['--rate', '300', '--seed', '8', '--port-base', '30000', '--no-grafana'],
  ...['--malformed', '0.01', '--duplicate', '0.005', '--late', '0.01'],
] as const;

export const kappa = testLab('kappa', 30_000);

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
  const up = await runCli(['kappa', 'up', ...settings, '--json'], { timeoutMs: 900_000, show: true });
  expect(up.exitCode, up.stderr.slice(-2000)).toBe(0);
  await besides();
  await runCli(['lambda', 'down', '--volumes'], { show: true });
}
