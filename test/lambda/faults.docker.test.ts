/**
 * Goal: whatever is killed, and whoever runs twice, readers never see a wrong answer and the lab recovers by itself.
 * Method: SIGKILL at hold points or while a job runs, on the shared lab while events flow; the outside judge reads answers
 * meanwhile, or afterwards where an engine that it needs is down, and compares each with the log. All else waits for
 * things to happen, not for a time to pass.
 */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { runCli } from '../lab/cli.js';
import { docker, waitFor } from '../lab/lab.js';
import {
  askForBatch,
  container,
  cycleState,
  expectExact,
  expectExactWhile,
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

  // Each is another way in which a restart finds the cycle: a job that may be on its way, one that runs, a base to retire.
  it('when the coordinator is killed at steps of a cycle, and then makes a base that is asked for', async () => {
    await expectExactWhile(
      60,
      async () => {
        for (const state of ['before-submit', 'running', 'published']) await killedAt('coordinator', state);
        const before = await publishedBase();
        const { exitCode, stdout, stderr } = await runCli(['lambda', 'batch', '--timeout', '1100', '--json']);
        expect(exitCode, stderr).toBe(0);
        const { published, baseId, messages } = JSON.parse(stdout);
        expect([published, baseId > before, messages > 0]).toEqual([true, true, true]);
      },
      '--after-kill',
    );
  });

  it('when Spark driver, archive, NodeManager and NameNode are killed at their work', async () => {
    await expectExactWhile(
      90,
      async () => {
        await killInside('stream-runner', 'job.py');
        await waitForSlices();
        await killedAt('archive', 'middle-of-file');
        await askForBatch();
        await waitFor('a running job', async () => (await cycleState()).name === 'running');
        for (const engine of ['nodemanager', 'namenode']) {
          await killAndStart(engine);
          await waitForBase(await publishedBase());
        }
      },
      '--after-kill',
    );
  });

  it('when Cassandra and then Kafka is killed', async () => {
    for (const engine of ['cassandra', 'kafka']) {
      await killAndStart(engine);
      await waitForSlices();
    }
    await waitForBase(await publishedBase());
    await expectExact('--after-kill');
  });

  it('when there are two stream jobs, archives and coordinators: one writes, and the log has what the ledger says', async () => {
    // It takes over; the runner's own job is fenced, started again, and takes over in turn: then this one is fenced.
    const second = docker('exec', container('stream-runner'), ...secondStreamJob);
    await expect(second).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/another writer has taken over|is no longer epoch/),
    });
    const services = ['archive', 'coordinator'];
    await expectExactWhile(
      60,
      async () => {
        for (const service of services)
          await docker('exec', '--detach', container(service), 'node', `/opt/snacklab/${service}.mjs`);
        await waitForBase(await publishedBase());
      },
      '--after-kill',
      // Each acknowledged entry is in the log exactly once, after all that was killed here.
      '--ledger',
    );
    for (const service of services) await killAndStart(service);
  });
});

/** Kills a service where it is held, starts it again, and waits until there is a new base: that needs both services. */
async function killedAt(service: string, point: string): Promise<void> {
  await askForBatch();
  await holdAt(service, point);
  await docker('kill', '--signal', 'KILL', container(service));
  await release(service, point);
  await docker('start', container(service));
  await waitForBase(await publishedBase());
}

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
