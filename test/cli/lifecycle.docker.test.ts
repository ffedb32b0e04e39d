/**
 * Goal: `up` may be interrupted, killed or fail at any point: one clear error, nothing half, and the next one goes on.
 * Method: services of the shared lab are stopped and `up` is run as a user would; what it starts again is interrupted,
 * killed or broken. Each test leaves the lab whole, by a last `up`.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { commandLineConfig } from '../../src/config/command-line.js';
import { builtinQuestions, shopQuestions } from '../../src/questions/builtin.js';
import { openCassandraStore } from '../../src/runtimes/docker/cassandra-store.js';
import { connectEngine } from '../../src/runtimes/docker/containers.js';
import { takeDown } from '../../src/runtimes/docker/lifecycle-down.js';
import { batchEverySeconds, ratePerSecond, runCli } from '../lab/cli.js';
import { docker, waitFor } from '../lab/lab.js';
import { container } from '../lab/lambda.js';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.mjs');
const up = ['lambda', 'up', '--no-grafana', '--json'] as const;

/** State by container, of the whole lab. */
async function states(): Promise<Record<string, string>> {
  const lines = await docker('ps', '-a', '--filter', 'label=snacklab.lab=lambda', '--format', '{{.Names}} {{.State}}');
  return Object.fromEntries(lines.split('\n').map((line) => line.split(' ') as [string, string]));
}

/** Ids by container: they change when compose makes a container anew. */
async function ids(): Promise<string> {
  return docker('ps', '-a', '--no-trunc', '--filter', 'label=snacklab.lab=lambda', '--format', '{{.Names}} {{.ID}}');
}

/**
 * Stops services, and waits until the engine also lists them so: it answers that they have stopped a moment earlier, and
 * what is listed as running then would be taken for started by the next `up`.
 */
async function stopped(...services: readonly string[]): Promise<void> {
  await docker('stop', ...services.map(container));
  const isListed = async () => {
    const listed = await states();
    return services.every((service) => listed[container(service)] === 'exited');
  };
  await waitFor('what was stopped is listed so', isListed);
}

/** Starts `up` and does something to it, or to the lab, as soon as it has started a container. */
async function disturbedUp(service: string, disturb: (pid: number) => Promise<unknown>) {
  const child = spawn('node', [cli, ...up], { env: { ...process.env, SNACKLAB_HOLDS: 'on' }, stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  child.stdout.resume();
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await waitFor(`${service} running`, async () => (await states())[container(service)] === 'running');
  await disturb(child.pid!);
  return { exitCode: await ended, stderr };
}

describe.runIf(inject('docker'))('up', () => {
  afterAll(async () => {
    // It ends with an answer that equals the truth.
    expect((await runCli(up)).exitCode).toBe(0);
  });

  it('changes nothing when it is run again, and keeps what the lab was started with', async () => {
    const before = await ids();
    const { exitCode, stdout } = await runCli(up);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      answer: { compared: 'equal' },
      settings: { rate: ratePerSecond, seed: 7, batchEverySeconds, portBase: 20_000, malformed: 0.002 },
    });
    const withoutSetup = (text: string) => text.split('\n').filter((line) => !line.includes('setup'));
    expect(withoutSetup(await ids())).toEqual(withoutSetup(before));
  });

  it('makes the first version of a new lab answer what it is told to, or all questions of the shop', async () => {
    // As compose runs it, for a lab that is not there yet, in this one's engines.
    const setup = container('setup');
    const [network] = Object.keys(
      JSON.parse(await docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', setup)),
    );
    const variables = ['SNACKLAB_LAB=kappa', 'SNACKLAB_KAFKA=kafka:29092', 'SNACKLAB_CASSANDRA=cassandra:9042'];
    const environment = variables.flatMap((variable) => ['--env', variable]);
    const image = await docker('inspect', '--format', '{{.Config.Image}}', setup);
    await docker('run', '--rm', '--network', network!, ...environment, image, 'node', '/opt/snacklab/setup.mjs');
    const contactPoint = `127.0.0.1:${9042 + 20_000}`;
    for (const [architecture, questions] of [
      ['lambda', builtinQuestions],
      ['kappa', shopQuestions],
    ] as const) {
      await using store = await openCassandraStore({ contactPoint, architecture });
      const { heads } = await store.readHeads();
      expect(heads.get(`${architecture}-1`)!.questions).toEqual(questions);
    }
  });

  it('refuses questions for a lab that has its own already, and changes nothing', async () => {
    const before = await ids();
    const { exitCode, stdout } = await runCli([...up, '--questions', 'business']);
    expect([exitCode, JSON.parse(stdout).suggestion]).toEqual([
      64,
      expect.stringContaining('snacklab lambda change --as v2 --questions FILE'),
    ]);
    expect(await ids()).toBe(before);
  });

  it('stops what it started when it is interrupted, and leaves the rest alone', async () => {
    await stopped('views', 'spark-master');
    const { exitCode, stderr } = await disturbedUp('spark-master', async (pid) => process.kill(pid, 'SIGINT'));
    expect(exitCode, `it had said: ${stderr}`).toBe(130);
    const after = await states();
    expect(after[container('spark-master')]).toBe('exited');
    expect(after[container('views')]).not.toBe('running');
    expect(after[container('kafka')]).toBe('running');
  });

  it('goes on after it was killed itself', async () => {
    await stopped('views', 'spark-master');
    const killed = await disturbedUp('spark-master', async (pid) => process.kill(pid, 'SIGKILL'));
    expect(killed.exitCode).toBeNull();
    expect((await runCli(up)).exitCode).toBe(0);
    expect((await states())[container('views')]).toBe('running');
  });

  it('tells which engine died, with its last lines, and what to do', async () => {
    await stopped('spark-master');
    const { exitCode, stderr } = await disturbedUp('spark-master', () => docker('kill', container('spark-master')));
    expect(exitCode).toBe(69);
    expect(stderr).toContain('spark-master ended with exit code 137. Its last lines:');
    expect(stderr).toContain('Try: snacklab lambda logs spark-master');
    expect((await states())[container('kafka')]).toBe('running');
  });

  it('names who holds a port, and changes nothing', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(9092 + 21_000, '127.0.0.1', resolve));
    const before = await ids();
    try {
      const { exitCode, stderr } = await runCli([...up, '--port-base', '21000']);
      expect(exitCode).toBe(69);
      expect(stderr).toContain(`(pid ${process.pid}) holds it; Kafka needs it`);
      expect(await ids()).toBe(before);
    } finally {
      server.close();
    }
  });
});

describe.runIf(inject('docker'))('down', () => {
  const project = 'com.docker.compose.project=snacklab-kappa';
  const image = () => docker('inspect', '--format', '{{.Config.Image}}', container('views'));

  beforeAll(async () => {
    const labels = ['--label', project, '--label', 'com.docker.compose.service=x'];
    const made = ['--label', 'com.docker.compose.container-number=1'];
    await docker('network', 'create', '--label', project, 'snacklab-kappa_test');
    await docker('volume', 'create', '--label', project, 'snacklab-kappa_test');
    const run = ['run', '-d', '--network', 'snacklab-kappa_test', '-v', 'snacklab-kappa_test:/data'];
    await docker(...run, '--name', 'snacklab-kappa-x-1', ...labels, ...made, await image(), 'sleep', '600');
    await docker('run', '-d', '--name', 'snacklab-by-hand', ...labels, await image(), 'sleep', '600');
  });

  afterAll(async () => {
    await docker('rm', '-f', 'snacklab-by-hand', 'snacklab-kappa-x-1').catch(() => '');
    await docker('network', 'rm', 'snacklab-kappa_test').catch(() => '');
    await docker('volume', 'rm', 'snacklab-kappa_test').catch(() => '');
  });

  it('removes one lab by its labels, and neither the other nor what was run from its images by hand', async () => {
    const before = await ids();
    const engine = await connectEngine(commandLineConfig());
    const removed = await takeDown(engine, 'kappa', { volumes: true, say: () => {} });
    expect(removed).toEqual({
      containers: ['snacklab-kappa-x-1'],
      networks: ['snacklab-kappa_test'],
      volumes: ['snacklab-kappa_test'],
    });
    expect(await docker('ps', '--filter', 'name=snacklab-by-hand', '--format', '{{.Names}}')).toBe('snacklab-by-hand');
    expect(await ids()).toBe(before);
  });
});
