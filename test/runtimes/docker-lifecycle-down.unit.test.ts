/**
 * Goal: a lab is taken down by its labels alone, wholly, and nothing else is touched.
 * Method: an engine that only keeps lists, with the lab among things that look like it.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { hasVolume } from '../../src/runtimes/docker/containers.js';
import { namesRunning, removeService, stopStarted } from '../../src/runtimes/docker/lifecycle.js';
import { takeDown } from '../../src/runtimes/docker/lifecycle-down.js';
import { FakeEngine } from './fake-engine.js';

const project = { 'com.docker.compose.project': 'snacklab-lambda' };
const otherProject = { 'com.docker.compose.project': 'snacklab-kappa' };
const keep = { volumes: false, say: () => {} };

let fake: FakeEngine;

beforeEach(() => {
  fake = new FakeEngine();
  fake.compose('snacklab-lambda', 'generator', 'setup:service_completed_successfully:false');
  fake.compose('snacklab-lambda', 'setup', 'kafka:service_healthy:false,cassandra:service_healthy:false');
  fake.compose('snacklab-lambda', 'kafka');
  fake.compose('snacklab-lambda', 'cassandra');
  fake.compose('snacklab-kappa', 'kafka');
  fake.compose('someone-else', 'kafka');
  fake.containers.push({ name: 'by-hand', labels: {} });
  fake.networks.push({ name: 'snacklab-lambda_default', labels: project });
  fake.networks.push({ name: 'snacklab-kappa_default', labels: otherProject }, { name: 'bridge', labels: {} });
  fake.volumes.push({ name: 'snacklab-lambda_kafka', labels: project });
  fake.volumes.push({ name: 'snacklab-kappa_kafka', labels: otherProject }, { name: 'mine', labels: {} });
});

const names = (things: readonly { name: string }[]) => things.map(({ name }) => name).sort();

describe('taking a lab down', () => {
  it('removes its containers and network, keeps its data, and touches nothing else', async () => {
    const removed = await takeDown(fake.engine, 'lambda', keep);
    expect([...removed.containers].sort()).toEqual([
      'snacklab-lambda-cassandra-1',
      'snacklab-lambda-generator-1',
      'snacklab-lambda-kafka-1',
      'snacklab-lambda-setup-1',
    ]);
    expect(removed).toMatchObject({ networks: ['snacklab-lambda_default'], volumes: [] });
    expect(names(fake.containers)).toEqual(['by-hand', 'snacklab-kappa-kafka-1', 'someone-else-kafka-1']);
    expect(names(fake.networks)).toEqual(['bridge', 'snacklab-kappa_default']);
    expect(names(fake.volumes)).toEqual(['mine', 'snacklab-kappa_kafka', 'snacklab-lambda_kafka']);
  });

  it('forgets the data when told to, of this lab only', async () => {
    const removed = await takeDown(fake.engine, 'lambda', { ...keep, volumes: true });
    expect(removed.volumes).toEqual(['snacklab-lambda_kafka']);
    expect(names(fake.volumes)).toEqual(['mine', 'snacklab-kappa_kafka']);
  });

  it('leaves alone a container that was run by hand from an image of the lab and so inherited its label', async () => {
    fake.containers.push({ name: 'experiment', labels: { ...project, 'com.docker.compose.service': 'kafka' } });
    const removed = await takeDown(fake.engine, 'lambda', keep);
    expect(removed.containers).not.toContain('experiment');
    expect(names(fake.containers)).toContain('experiment');
  });

  it('stops what depends on others before these', async () => {
    await takeDown(fake.engine, 'lambda', keep);
    const order = fake.stopped.map((name) => name.split('-')[2]);
    expect(order.slice(0, 2)).toEqual(['generator', 'setup']);
    expect(order.slice(2).sort()).toEqual(['cassandra', 'kafka']);
  });

  it('finds what a compose that was still running has made meanwhile', async () => {
    fake.onStop = (name) => {
      if (name.includes('generator')) fake.compose('snacklab-lambda', 'late');
    };
    const removed = await takeDown(fake.engine, 'lambda', keep);
    expect(removed.containers).toContain('snacklab-lambda-late-1');
    expect(names(fake.containers)).toEqual(['by-hand', 'snacklab-kappa-kafka-1', 'someone-else-kafka-1']);
  });

  it('takes down half a lab, one that has ended, and one that is not there', async () => {
    for (const container of fake.containers) container.state = 'exited';
    fake.networks.length = 0;
    expect((await takeDown(fake.engine, 'lambda', keep)).containers).toHaveLength(4);
    const nothing = { containers: [], networks: [], volumes: [] };
    expect(await takeDown(fake.engine, 'lambda', keep)).toEqual(nothing);
  });

  it('tells when the engine refuses', async () => {
    const refused = Object.assign(new Error('driver failed'), { statusCode: 500 });
    fake.getVolume = () => ({ remove: () => Promise.reject(refused) });
    await expect(takeDown(fake.engine, 'lambda', { ...keep, volumes: true })).rejects.toThrow('driver failed');
  });
});

describe('a volume of a lab', () => {
  it('is there until the data is forgotten, and no other lab’s', async () => {
    fake.volumes.push({ name: 'n', labels: { ...otherProject, 'com.docker.compose.volume': 'namenode' } });
    expect(await hasVolume(fake.engine, 'lambda', 'namenode')).toBe(false);
    expect(await hasVolume(fake.engine, 'kappa', 'namenode')).toBe(true);
    await takeDown(fake.engine, 'kappa', keep);
    expect(await hasVolume(fake.engine, 'kappa', 'namenode')).toBe(true);
    await takeDown(fake.engine, 'kappa', { ...keep, volumes: true });
    expect(await hasVolume(fake.engine, 'kappa', 'namenode')).toBe(false);
  });
});

describe('what a failed start leaves', () => {
  it('is what ran before: only what was started is stopped, and containers that were made anew count as those they replace', async () => {
    for (const { name } of fake.containers) if (!name.includes('kafka')) fake.getContainer(name).stop();
    fake.stopped.length = 0;
    const ranBefore = await namesRunning(fake.engine, 'lambda');
    expect([...ranBefore]).toEqual(['snacklab-lambda-kafka-1']);
    for (const container of fake.containers) container.state = 'running';
    await stopStarted(fake.engine, 'lambda', ranBefore);
    expect(fake.stopped.sort()).toEqual([
      'snacklab-lambda-cassandra-1',
      'snacklab-lambda-generator-1',
      'snacklab-lambda-setup-1',
    ]);
  });

  it('does not run any more by the engine’s own list, which is late, nor does what was being started meanwhile', async () => {
    const stopping = new Map<string, number>();
    const kafka = fake.containers.find(({ name }) => name === 'snacklab-lambda-kafka-1')!;
    const cassandra = fake.containers.find(({ name }) => name === 'snacklab-lambda-cassandra-1')!;
    cassandra.state = 'created';
    fake.onStop = (name) => {
      // Listed as running for two more looks; and a start of before comes through now.
      const times = (stopping.get(name) ?? 0) + 1;
      stopping.set(name, times);
      const container = fake.containers.find((one) => one.name === name)!;
      container.state = times < 3 ? 'running' : 'exited';
      if (name === kafka.name && times === 3) cassandra.state = 'running';
    };
    await stopStarted(fake.engine, 'lambda', new Set());
    expect([kafka.state, cassandra.state]).toEqual(['exited', 'exited']);
    expect(await namesRunning(fake.engine, 'lambda')).toEqual(new Set());
  });
});

describe('a service that is no longer wanted', () => {
  it('is removed from its lab only', async () => {
    await removeService(fake.engine, 'lambda', 'kafka');
    expect(names(fake.containers)).not.toContain('snacklab-lambda-kafka-1');
    expect(names(fake.containers)).toContain('snacklab-kappa-kafka-1');
  });
});
