/** Goal: a lab's containers remember what it was started with, so that nothing else has to. */
import { describe, expect, it } from 'vitest';
import { commandLineConfig } from '../../src/config/command-line.js';
import { stockBySlot } from '../../src/questions/builtin.js';
import { imageNames } from '../../src/runtimes/docker/compose-build.js';
import {
  composeScales,
  composeVariables,
  defaultSettings,
  type LabSettings,
  labPorts,
  publishedPort,
  settingsOf,
  webPages,
} from '../../src/runtimes/docker/compose-settings.js';
import type { LabContainer } from '../../src/runtimes/docker/containers.js';

const settings: LabSettings = {
  rate: 1000,
  seed: 7,
  events: 5,
  startTime: 1_767_225_600_000,
  day: 600_000,
  late: 0.1,
  duplicate: 0.2,
  malformed: 0.3,
  batchEvery: 30,
  sparkWorkers: 2,
  datanodes: 3,
  nodemanagers: 1,
  retention: { ms: 3_600_000, bytes: undefined },
  archive: false,
  questions: [{ ...stockBySlot, asks: 'How much of what costs $1 is left, and $why?' }],
  portBase: 10_000,
};

const images = { context: '/cache/abc', tag: 'abc' };

/** The containers that compose makes of these settings. */
function containersOf(made: LabSettings): LabContainer[] {
  const environment = composeVariables('lambda', made, images, commandLineConfig({}));
  const scaled = ['spark-worker', 'datanode', 'nodemanager'].flatMap((service) => {
    const count = Number(
      composeScales('lambda', made)
        .find((scale) => scale.startsWith(`${service}=`))
        ?.split('=')[1],
    );
    return new Array<string>(count).fill(service);
  });
  return ['generator', 'setup', 'coordinator', 'kafka', 'namenode', ...scaled].map((service, i) => {
    const [usual] = labPorts('lambda', 0).filter((port) => port.service === service);
    const ports = usual === undefined ? [] : [[usual.port, usual.port + made.portBase] as const];
    return { id: String(i), name: service, service, state: 'running', environment, ports: new Map(ports) } as never;
  });
}

describe('a lab', () => {
  it('remembers its settings', () => {
    // Its archive is known by its volume, not by its containers.
    const { archive: _, ...remembered } = settings;
    expect(settingsOf(containersOf(settings))).toEqual(remembered);
    expect(composeVariables('lambda', settings, images, commandLineConfig({})).SNACKLAB_QUESTIONS).not.toContain('$');
  });

  it('remembers that there is no end, no start time and no day', () => {
    const { events, startTime, day, questions, archive: _, ...others } = defaultSettings;
    expect(settingsOf(containersOf(defaultSettings))).toEqual(others);
  });

  it('remembers nothing when it is not there', () => {
    expect(settingsOf([])).toEqual({});
  });

  it('says on which ports it can be found', () => {
    const containers = containersOf(settings);
    expect(publishedPort(containers, 'kafka')).toBe(19_092);
    expect(publishedPort(containers, 'cassandra')).toBeUndefined();
    expect(webPages(containers)).toEqual([{ title: 'HDFS NameNode', url: 'http://127.0.0.1:19870' }]);
  });

  it('has HDFS in Kappa only with an archive, and then says where', () => {
    const services = (archive: boolean) => labPorts('kappa', 0, archive).map(({ service }) => service);
    expect(services(false)).not.toContain('namenode');
    expect(services(true)).toContain('namenode');
    expect(services(true)).not.toContain('resourcemanager');
    const variables = (archive: boolean) =>
      composeVariables('kappa', { ...settings, archive }, images, commandLineConfig({}));
    expect(variables(false)).toMatchObject({ SNACKLAB_WEBHDFS: '' });
    expect(variables(false)).not.toHaveProperty('SNACKLAB_PORT_HDFS');
    expect(variables(true)).toMatchObject({ SNACKLAB_WEBHDFS: 'namenode:9870', SNACKLAB_PORT_HDFS: '19870' });
    expect(composeScales('kappa', { ...settings, archive: true })).toEqual([
      ...['--scale', 'spark-worker=2', '--scale', 'datanode=3'],
    ]);
    expect(composeScales('kappa', settings)).toEqual(['--scale', 'spark-worker=2']);
    expect(imageNames('kappa', 'snacklab', 'abc')).not.toContain('snacklab/hadoop:abc');
    expect(imageNames('kappa', 'snacklab', 'abc', true)).toContain('snacklab/hadoop:abc');
  });

  it('shifts every port', () => {
    const shifts = labPorts('lambda', 10_000).map(({ port }, i) => port - labPorts('lambda', 0)[i]!.port);
    expect(new Set(shifts)).toEqual(new Set([10_000]));
    const variables = composeVariables('lambda', settings, images, commandLineConfig({}));
    expect(variables).toMatchObject({ SNACKLAB_PORT_GRAFANA: '13000', SNACKLAB_PORT_CASSANDRA: '19042' });
  });
});
