/**
 * Goal: the Kappa lab stays exact whatever is killed, and is no part of the Lambda lab beside it.
 * Method: SIGKILL at hold points or at once while events flow; the outside judge reads answers meanwhile or afterwards and
 * compares each with the log. All else waits for things to happen, not for a time to pass. Cassandra and Kafka are
 * killed in ./versions.docker.test.ts, where there are two versions to go on.
 */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { runCli } from '../lab/cli.js';
import { kappa, running, useKappa } from '../lab/kappa.js';
import { docker, waitFor } from '../lab/lab.js';

const { container, expectExact, expectExactWhile, holdAt, killInside, liveHead, publishedBase, release } = kappa;
const { waitForBase, waitForSlices } = kappa;

describe.runIf(inject('docker'))('the Kappa lab', () => {
  let besides: { lambda: readonly string[]; kappa: readonly string[] } | undefined;

  beforeAll(async () => {
    await useKappa(async () => {
      besides = { lambda: await running('lambda'), kappa: await running('kappa') };
    });
  });

  it('comes up beside the Lambda lab, and stays when that is taken down', async () => {
    if (besides === undefined) return expect(await running('kappa')).not.toEqual([]);
    expect(besides.lambda).toContain('snacklab-lambda-kafka-1');
    expect(besides.kappa).toContain('snacklab-kappa-kafka-1');
    expect(await running('kappa')).toEqual(besides.kappa);
    expect(await running('lambda')).toEqual([]);
  });

  it('has no Hadoop', async () => {
    expect((await running('kappa')).filter((name) => /node|manager|archive|coordinator/.test(name))).toEqual([]);
  });

  it('folds slices into a base, and is exact', async () => {
    await waitForBase(0);
    const { baseNumber, number, baseCut, position } = await liveHead();
    expect(baseNumber).toBeGreaterThanOrEqual(50);
    expect(number - baseNumber).toBeLessThan(150);
    expect(position.every((offset, partition) => offset >= baseCut[partition]!)).toBe(true);
    await expectExact('--ledger');
  });

  it('when the Spark driver is killed, and the compactor at each step of a base', async () => {
    await expectExactWhile(
      80,
      async () => {
        await killInside('stream-runner', 'job.py');
        await waitForSlices();
        for (const point of ['merged', 'base-loaded', 'published']) {
          const before = await publishedBase();
          await holdAt('compactor', point);
          await docker('kill', '--signal', 'KILL', container('compactor'));
          await release('compactor', point);
          await docker('start', container('compactor'));
          await waitForBase(before);
        }
      },
      '--after-kill',
    );
  });

  it('keeps no slice that its base covers', async () => {
    await waitFor('no slice below the base', async () => {
      const { baseNumber } = await liveHead();
      const { rows } = await kappa.cql(
        'SELECT min(number) AS least FROM snacklab.slices WHERE incarnation = 1 AND question = ?',
        ['items-sold'],
      );
      return rows[0]!.least === null || Number(rows[0]!.least) > baseNumber;
    });
  });

  it('shows where it stands, and answers', async () => {
    const status = await runCli(['kappa', 'status', '--json']);
    expect(status.exitCode, status.stdout).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({
      lab: 'kappa',
      pipelines: [{ name: 'kappa-1', live: true, status: 'ready', cycle: null }],
    });
    const { answer } = await waitFor('an answer with its truth', async () => {
      const { stdout } = await runCli(['kappa', 'query', 'revenue-by-machine', '--json']);
      const document = JSON.parse(stdout);
      return document.answer?.compared === 'equal' && document;
    });
    expect(answer).toMatchObject({ pipeline: 'kappa-1' });
  });
});
