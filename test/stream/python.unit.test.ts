/** Runs the stream job's Python tests where there is a Python; python.docker.test.ts runs them in the job's image. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const version = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']);
const hasPython = version.status === 0;
if (!hasPython)
  console.warn('LEFT OUT: the Python tests of the stream job, since there is no Python 3.10 or later here');

describe.skipIf(!hasPython)('the stream job in Python', () => {
  it('passes its unit tests', () => {
    const run = spawnSync('python3', ['-B', '-m', 'unittest', 'discover', '-s', 'test/stream', '-p', 'test_*.py'], {
      cwd: root,
      env: { ...process.env, PYTHONPATH: 'stream' },
      encoding: 'utf8',
    });
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/Ran [1-9]\d* tests/);
  });
});
