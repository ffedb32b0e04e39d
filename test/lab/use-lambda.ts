/**
 * The Lambda lab of the docker tests, brought up as a user would by the first file of a run, and once: a file that has taken
 * it down, for Kappa's, wants it down.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, inject } from 'vitest';
import { labSettings, runCli } from './cli.js';

/** On a machine that has no image yet, they are built first. */
const upTimeoutMs = 2_400_000;

beforeAll(async () => {
  if (!inject('docker') || process.env.SNACKLAB_KEEP_LAB === 'kappa') return;
  const wasUp = join(inject('runFolder'), 'lambda-was-up');
  if (existsSync(wasUp)) return;
  const up = await runCli(['lambda', 'up', ...labSettings, '--json'], { timeoutMs: upTimeoutMs, show: true });
  if (up.exitCode !== 0) throw new Error(`the lab did not come up (exit ${up.exitCode}): ${up.stderr.slice(-2_000)}`);
  writeFileSync(wasUp, '');
}, upTimeoutMs + 60_000);
