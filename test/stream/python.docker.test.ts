/** Runs the stream job's Python tests in the image that the job runs in, against the modules that are in it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, inject, it } from 'vitest';
import { hangMs } from '../lab/cli.js';
import { sparkImage } from './spark-image.js';

const folder = fileURLToPath(new URL('.', import.meta.url));

it.runIf(inject('docker'))('passes its unit tests in the image', () => {
  const tests = spawnSync('tar', ['-c', '-C', folder, '.'], { maxBuffer: 1 << 26 }).stdout;
  const unittest = '/opt/py/bin/python -B -m unittest discover -s /tmp/tests -p "test_*.py"';
  const script = `mkdir /tmp/tests && tar -x -C /tmp/tests && PYTHONPATH=/opt/snacklab ${unittest}`;
  const run = spawnSync('docker', ['run', '--rm', '-i', '--network', 'none', sparkImage(), 'sh', '-c', script], {
    input: tests,
    encoding: 'utf8',
    timeout: hangMs,
  });
  expect(run.status, run.stderr).toBe(0);
  expect(run.stderr).toMatch(/Ran [1-9]\d* tests/);
});
