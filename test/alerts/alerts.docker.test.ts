/**
 * Goal: on the real engines a limit that is passed raises one alert, which Cassandra keeps through a kill of its keeper.
 * Method: as many sales of one machine as it may have before a service, from a file, on the shared Lambda lab.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { saleAt } from '../../generator/purchases.js';
import { hangMs, runCli } from '../lab/cli.js';
import { waitFor } from '../lab/lab.js';
import { killAndStart, openStore } from '../lab/lambda.js';

const folder = mkdtempSync(join(tmpdir(), 'snacklab-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Where least is sold: the generator alone would need hours for it. */
const machine = 'SNACK--125';
const subject = `machine ${machine}`;

async function alerts() {
  const { exitCode, stdout, stderr } = await runCli(['lambda', 'alerts', '--json']);
  expect(exitCode, stderr).toBe(0);
  const document = JSON.parse(stdout);
  const raised = document.raised as readonly { readonly id: number; readonly rule: string; readonly subject: string }[];
  return { document, ours: raised.filter((one) => one.rule === 'service-due' && one.subject === subject) };
}

describe.runIf(inject('docker'))('alerts on the real lab', () => {
  it('are raised once, and kept by Cassandra when their keeper is killed', async () => {
    await expect
      .poll(async () => (await alerts()).document.undecided, { timeout: hangMs })
      .toMatchObject([{ rule: 'slot-empty-soon' }, { rule: 'machine-broken' }]);
    const path = join(folder, 'sales.jsonl');
    const sales = Array.from({ length: 10_000 }, (_, n) => ({
      ...saleAt(78, n, Date.now()),
      snack_automat_id: machine,
    }));
    writeFileSync(path, sales.map((sale) => JSON.stringify(sale)).join('\n'));
    const { exitCode, stdout } = await runCli(['lambda', 'ingest', path, '--json']);
    expect([exitCode, JSON.parse(stdout).accepted]).toEqual([0, 10_000]);
    const raised = await waitFor('the alert', async () => (await alerts()).ours[0]);
    await using store = await openStore();
    await killAndStart('views');
    const killedMs = Date.now();
    const reportedMs = async () => (await store.readReports()).find(({ service }) => service === 'alerts')?.atMs ?? 0;
    await waitFor('the next keeper', async () => (await reportedMs()) > killedMs);
    expect((await alerts()).ours).toEqual([raised]);
  });
});
