/**
 * Goal: whatever is killed, and whoever runs twice, readers never see a wrong answer and the lab recovers by itself.
 * Method: SIGKILL at hold points or while a job runs, on the shared lab while events flow; then the outside judge reads
 * answers for a while and compares each with the log. Nothing here waits for a time to pass, only for things to happen.
 */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { runCli } from '../lab/cli.js';
import { docker, waitFor } from '../lab/lab.js';
import {
  container,
  cycleState,
  expectExact,
  holdAt,
  killAndStart,
  killInside,
  publishedBase,
  release,
  waitForBase,
  waitForSlices,
} from '../lab/lambda.js';

describe.runIf(inject('docker'))('the Lambda lab stays exact', () => {
  beforeAll(async () => {
    await waitForBase(0);
  });

  it('when nothing happens', async () => {
    await expectExact();
  });

  it('and has a new base when one is asked for', async () => {
    const before = await publishedBase();
    const { exitCode, stdout, stderr } = await runCli(['lambda', 'batch', '--json'], { timeoutMs: 240_000 });
    expect(exitCode, stderr).toBe(0);
    const { published, baseId, messages } = JSON.parse(stdout);
    expect([published, baseId > before, messages > 0]).toEqual([true, true, true]);
  });

  it('when the Spark driver is killed', async () => {
    await killInside('stream-runner', 'job.py');
    await waitForSlices();
    await expectExact('--after-kill');
  });

  describe('when the coordinator is killed', () => {
    it.each(['idle', 'chosen', 'before-submit', 'running', 'loaded', 'published'])('in the state %s', async (state) => {
      const before = await publishedBase();
      await holdAt('coordinator', state, 180_000);
      await docker('kill', '--signal', 'KILL', container('coordinator'));
      await release('coordinator', state);
      await docker('start', container('coordinator'));
      await waitForBase(before);
      await expectExact('--after-kill');
    });
  });

  it('when the archive is killed in the middle of a file', async () => {
    await holdAt('archive', 'middle-of-file');
    await docker('kill', '--signal', 'KILL', container('archive'));
    await release('archive', 'middle-of-file');
    await docker('start', container('archive'));
    await waitForBase(await publishedBase());
    await expectExact('--after-kill');
  });

  it.each(['cassandra', 'kafka', 'namenode'])('when %s is killed', async (engine) => {
    await killAndStart(engine);
    await waitForSlices(3, 180_000);
    await waitForBase(await publishedBase(), 240_000);
    await expectExact('--after-kill');
  });

  it('when the NodeManager is killed while a job runs', async () => {
    await waitFor('a running job', async () => (await cycleState()).name === 'running');
    await killAndStart('nodemanager');
    await waitForBase(await publishedBase(), 240_000);
    await expectExact('--after-kill');
  });

  describe('when there are two', () => {
    it('stream jobs: the one that was replaced is fenced and ends', async () => {
      // It takes over; the runner's own job is fenced, started again, and takes over in turn: then this one is fenced.
      const second = docker('exec', container('stream-runner'), ...secondStreamJob);
      await expect(second).rejects.toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/another writer has taken over|is no longer epoch/),
      });
      await waitForSlices();
      await expectExact('--after-kill');
    });

    it.each(['archive', 'coordinator'])('%s processes: files and cycles are made once', async (service) => {
      const program = `/opt/snacklab/${service}.mjs`;
      await docker('exec', '--detach', container(service), 'node', program);
      const before = await publishedBase();
      await waitForBase(before + 1);
      await expectExact('--after-kill');
      await killAndStart(service);
    });
  });

  it('and each acknowledged entry of the generator’s ledger is in the log exactly once', async () => {
    const { stdout } = await expectExact('--ledger');
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'pass' });
  });
});

/** In its own JVM without the cluster, whose cores the runner's job holds. */
const secondStreamJob = [
  ...['/opt/py/bin/python', '/opt/snacklab/job.py', '--master', 'local[1]'],
  ...[
    '--architecture',
    'lambda',
    '--pipeline',
    'lambda-1',
    '--brokers',
    'kafka:29092',
    '--cassandra',
    'cassandra:9042',
  ],
];
