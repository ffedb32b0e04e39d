/**
 * Goal: a changed question is answered by a second version of the Lambda lab: the batch recomputes it, a speed layer of
 * its own follows, readers move to it and back without a wrong answer, and it goes without a trace.
 * Method: the commands as a user gives them, on the shared lab while events flow; the outside judge reads meanwhile.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type CliResult, runCli } from '../lab/cli.js';
import { waitFor } from '../lab/lab.js';
import {
  askForBatch,
  cql,
  expectExact,
  expectExactWhile,
  holdAt,
  openStore,
  release,
  waitForBase,
  waitForSlices,
} from '../lab/lambda.js';
import { patienceOf } from '../lab/patience.js';

const questions = `
- name: items-sold
  asks: How many healthy items of each kind were sold?
  where: { kind: sale, healthy: true }
  key: [item]
  sums: { sold: { sum: count }, revenueCents: { sum: total, field: price_cents } }
`;

/** Runs a command and expects this exit code. */
async function run(exitCode: number, ...args: readonly string[]): Promise<CliResult> {
  const result = await runCli(['lambda', ...args, ...(exitCode === 0 ? patienceOf(args[0]!) : [])]);
  expect(result.exitCode, `${args.join(' ')}: ${result.stdout}\n${result.stderr}`).toBe(exitCode);
  return result;
}

describe.runIf(inject('docker'))('a changed question in the Lambda lab', () => {
  beforeAll(async () => {
    await waitForBase(0);
  });

  it('has no answer, and is not switched to, until its first base is there', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'snacklab-questions-')), 'questions.yaml');
    await writeFile(file, questions);
    await holdAt('coordinator', 'idle');
    const { stdout } = await run(0, 'change', '--as', 'v2', '--questions', file, '--detach', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ pipeline: 'lambda-2', missing: 0, caughtUp: false });
    expect((await run(1, 'switch', 'v2', '--wait', '0.1')).stderr).toContain('v2 has no answer yet');
    await release('coordinator', 'idle');
  });

  it('is whole when the batch has recomputed it, and readers move to it and back without a wrong answer', async () => {
    await waitFor('v2 is whole', async () => (await runCli(['lambda', 'switch', 'v2'])).exitCode === 0);
    await expectExactWhile(
      40,
      async () => {
        await waitForSlices();
        expect(JSON.parse((await run(0, 'rollback', '--json')).stdout)).toMatchObject({ to: 'lambda-1', back: false });
        await waitForSlices();
        await run(0, 'switch', 'v2');
      },
      '--question',
      'items-sold',
    );
  });

  it('is answered exactly, with bases of its own', async () => {
    await using store = await openStore();
    const baseId = async () => (await store.readHeads()).heads.get('lambda-2')!.baseId;
    const before = await baseId();
    await askForBatch();
    await waitFor('its next base', async () => (await baseId()) > before);
    const { stdout } = await run(0, 'query', 'items-sold', '--json');
    expect(JSON.parse(stdout).answer).toMatchObject({
      pipeline: 'lambda-2',
      asks: 'How many healthy items of each kind were sold?',
    });
  });

  it('goes without a trace when it is dropped', async () => {
    await run(0, 'switch', 'v1');
    expect(JSON.parse((await run(0, 'drop', 'v2', '--json')).stdout)).toMatchObject({ gone: true });
    await waitFor('nothing of it is stored', async () => {
      const { rows } = await cql('SELECT DISTINCT incarnation, question FROM snacklab.slices');
      return rows.every(({ incarnation }) => incarnation === 1 || incarnation > 1000);
    });
    await expectExact();
  });
});
