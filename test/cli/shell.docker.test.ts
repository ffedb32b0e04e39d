/**
 * Goal: `shell` opens each engine's own tool where it is, gives it what follows `--`, and ends as the tool does.
 * Method: each tool once on the shared lab, without a terminal; what it prints is compared with what the lab says.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { runCli } from '../lab/cli.js';
import { docker, waitFor } from '../lab/lab.js';
import { container } from '../lab/lambda.js';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.mjs');
/** By what they were started with, for an image without pgrep; the brackets keep this command itself out of the count. */
const countConsumers = 'grep -lz tools.consumer.Console[C]onsumer /proc/[0-9]*/cmdline 2>/dev/null | wc -l';
const shell = (...args: string[]) => runCli(['lambda', 'shell', ...args]);

describe.runIf(inject('docker'))('shell', () => {
  it('asks Cassandra', async () => {
    const select = `SELECT item, sold_merged FROM served_items_sold WHERE lab = 'lambda' AND face = 'answer'`;
    const { exitCode, stdout, stderr } = await shell('sql', '--', '-e', select);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/apple +\| +\d+/);
  });

  it('fails as the tool does, and says what the tool says', async () => {
    const { exitCode, stderr } = await shell('sql', '--', '-e', 'SELECT nothing');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('SyntaxException');
  });

  it('looks into HDFS', async () => {
    const { exitCode, stdout } = await shell('hdfs', '--', 'dfs', '-ls', '/snacklab/archive');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('/snacklab/archive/0');
  });

  it('shows messages of the log with their places', async () => {
    const { exitCode, stdout } = await shell('topic', '--', '--from-beginning', '--max-messages', '5');
    expect(exitCode).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line).toMatch(/^Partition:\d+\tOffset:\d+\t/);
  });

  it('leaves nothing behind in the container when its reader goes away', async () => {
    const consumers = async () => Number(await docker('exec', container('kafka'), 'sh', '-c', countConsumers));
    const tool = spawn('node', [cli, 'lambda', 'shell', 'topic'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(tool, 'close');
    try {
      const first = await Promise.race([once(tool.stdout, 'data'), ended.then(() => undefined)]);
      expect(first, 'it ended before its first line').toBeDefined();
      expect(await consumers()).toBeGreaterThan(0);
      // As `| head -1` does: the next line has nobody to go to.
      tool.stdout.destroy();
      await waitFor('no consumer', async () => (await consumers()) === 0);
      await ended;
    } finally {
      tool.kill();
    }
  });

  it('prints what it would run', async () => {
    const { exitCode, stdout } = await shell('topic', '--print');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`docker exec -i ${container('kafka')} kafka-run `);
    const { command } = JSON.parse((await shell('hdfs', '--json')).stdout);
    expect(command.at(-1)).toBe('bash');
  });
});
