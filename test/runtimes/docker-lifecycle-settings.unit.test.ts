/** Goal: a lab's containers remember what it was started with, so that nothing else has to. */
import { describe, expect, it } from 'vitest';
import { commandLineConfig } from '../../src/config/command-line.js';
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
  late: 0.1,
  duplicate: 0.2,
  malformed: 0.3,
  batchEvery: 30,
  sparkWorkers: 2,
  datanodes: 3,
  nodemanagers: 1,
  retention: { ms: 3_600_000, bytes: undefined },
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
    expect(settingsOf(containersOf(settings))).toEqual(settings);
  });

  it('remembers that there is no end and no start time', () => {
    const { events, startTime, ...others } = defaultSettings;
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

  it('shifts every port', () => {
    const shifts = labPorts('lambda', 10_000).map(({ port }, i) => port - labPorts('lambda', 0)[i]!.port);
    expect(new Set(shifts)).toEqual(new Set([10_000]));
    const variables = composeVariables('lambda', settings, images, commandLineConfig({}));
    expect(variables).toMatchObject({ SNACKLAB_PORT_GRAFANA: '13000', SNACKLAB_PORT_CASSANDRA: '19042' });
  });
});
