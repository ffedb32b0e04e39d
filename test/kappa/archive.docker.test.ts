/**
 * Goal: a Kappa lab with an archive loses no history to a retention: a replay begins where the archive does, and is exact,
 * also when its driver and HDFS are killed while it reads there; and what only the archive has is judged by the archive.
 * Method: a lab of its own with some 10,000s of events; the log is cut below what archive and live version have, then a
 * second version is started, hindered, switched to and judged.
 */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { covers, type Position } from '../../src/positions/position.js';
import { type CliResult, runCli } from '../lab/cli.js';
import { deleteBelow, kappa, running, useKappaWithArchive } from '../lab/kappa.js';
import { docker, waitFor } from '../lab/lab.js';

const { container } = kappa;
const messagesWanted = 30_000;

/** Runs a command and expects this exit code. */
async function run(exitCode: number, ...args: readonly string[]): Promise<CliResult> {
  const result = await runCli(['kappa', ...args]);
  expect(result.exitCode, `${args.join(' ')}: ${result.stdout}\n${result.stderr}`).toBe(exitCode);
  return result;
}

const status = async () => JSON.parse((await runCli(['kappa', 'status', '--json'])).stdout);
const sum = (position: Position) => position.reduce((all, offset) => all + offset, 0);

async function headOf(pipeline: string) {
  await using store = await kappa.openStore();
  return (await store.readHeads()).heads.get(pipeline);
}

describe.runIf(inject('docker'))('a Kappa lab with an archive', () => {
  let cut: Position = [];
  let history = '';
  let verdict = 0;

  beforeAll(useKappaWithArchive);

  it('has HDFS beside it, and all of the log in the archive', async () => {
    const names = await running('kappa');
    expect(names).toEqual(expect.arrayContaining(['archive', 'datanode', 'namenode'].map(container)));
    expect(names).not.toContain(container('resourcemanager'));
    await waitFor('some history', async () => (await status()).log.messages >= messagesWanted);
    await run(0, 'generator', 'rate', '200');
    const { log } = await status();
    expect(log.replay).toEqual({ origin: [0, 0, 0, 0], archived: 0, missing: 0, note: null });
    cut = log.ends;
    await waitFor('archive and live version have it', async () => {
      const { reports } = await status();
      const { report } = reports.find(({ service }: { service: string }) => service === 'archive');
      expect(report.origin).toEqual([0, 0, 0, 0]);
      return covers(report.position, cut) && covers((await kappa.liveHead()).position, cut);
    });
  });

  it('reaches back to the beginning when the log has forgotten it, and says how', async () => {
    await deleteBelow(cut);
    const { log } = await status();
    expect(log.starts).toEqual(cut);
    expect(log.replay).toEqual({ origin: [0, 0, 0, 0], archived: sum(cut), missing: 0, note: null });
    const { stdout, stderr } = await run(0, 'replay', '--as', 'v2', '--detach', '--json');
    expect(stderr).toMatch(/from the beginning: [\d,]+ messages from the archive, then the log/);
    expect(JSON.parse(stdout)).toMatchObject({ origin: [0, 0, 0, 0], archived: sum(cut), missing: 0 });
  });

  it('catches up although its driver and HDFS are killed while it reads the archive', async () => {
    const logs = () => docker('logs', '--tail', '200', container('stream-runner'));
    await waitFor('v2 reads', async () => (await logs()).includes('took over kappa-2'));
    await Promise.all([
      kappa.killInside('stream-runner', 'pipeline kappa-2'),
      docker('kill', '--signal', 'KILL', container('namenode'), container('datanode')),
    ]);
    const { position } = (await headOf('kappa-2'))!;
    expect(covers(position, cut), `it had read the archive already, up to ${position}`).toBe(false);
    // It finds no archive, ends, and is started again.
    await waitFor('v2 says what it lacks', async () => (await logs()).includes('the archive at namenode:9870 did not'));
    // The live version needs no archive.
    await kappa.waitForSlices();
    await docker('start', container('namenode'), container('datanode'));
    await waitFor('v2 has read the archive', async () => covers((await headOf('kappa-2'))!.position, cut));
    expect((await headOf('kappa-2'))!.origin).toEqual([0, 0, 0, 0]);
  });

  it('is exact from the beginning on when readers have moved', async () => {
    await waitFor('the switch', async () => (await runCli(['kappa', 'switch', 'v2'])).exitCode === 0);
    // Nothing but the archive is left of what was before; and one job alone is quicker.
    await run(0, 'drop', 'v1');
    const answer = async () => JSON.parse((await run(0, 'query', 'items-sold', '--json')).stdout).answer;
    await waitFor('the truth from the beginning', async () => {
      const { pipeline, origin, messages, compared } = await answer();
      expect([pipeline, origin]).toEqual(['kappa-2', [0, 0, 0, 0]]);
      return messages > messagesWanted && compared === 'equal';
    });
    const judged = await kappa.expectExact('--after-kill');
    history = JSON.parse(judged.stdout).history;
    verdict = judged.exitCode;
  });

  it('is judged only with the archive, and not where that is away', async () => {
    await docker('stop', container('archive'));
    const without = await run(2, 'verify', '--history', history, '--json');
    expect(without.stderr).toContain('the archive is left out');
    expect(JSON.parse(without.stdout)).toMatchObject({ verdict: 'unknown', wrong: 0 });
    await docker('start', container('archive'));
    await run(verdict, 'verify', '--history', history);
  });

  it('keeps its archive when it is brought up again without being asked for one', async () => {
    const { settings } = JSON.parse((await run(0, 'up', '--no-grafana', '--json')).stdout);
    expect(settings.archive).toBe(true);
    expect(await running('kappa')).toContain(container('archive'));
    expect((await status()).log.replay).toMatchObject({ origin: [0, 0, 0, 0], missing: 0 });
  });
});
