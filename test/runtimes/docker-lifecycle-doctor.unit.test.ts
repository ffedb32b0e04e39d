/** Goal: each thing that this machine lacks is named with its remedy, and what it has is not complained of. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultSettings, labPorts } from '../../src/runtimes/docker/compose-settings.js';
import { judgeMachine, type MachineFacts, memoryNeeded } from '../../src/runtimes/docker/doctor.js';
import { inodesListening, portHolder } from '../../src/runtimes/docker/doctor-ports.js';

const gib = 2 ** 30;
const kafka = labPorts('lambda', 0).find(({ service }) => service === 'kafka')!;
const image = { image: 'debian:bookworm-slim', present: true, problem: undefined, optional: false };

const good: MachineFacts = {
  engineVersion: '26.1.5',
  composeVersion: '2.26.1',
  buildxVersion: '0.13.1',
  processors: 2,
  memoryBytes: 8 * gib,
  memoryFreeBytes: 7 * gib,
  diskFreeBytes: 50 * gib,
  ports: [{ port: kafka, heldBy: undefined }],
  images: [image],
  labRuns: false,
  labBuilt: false,
};

function missing(facts: Partial<MachineFacts>, settings = defaultSettings) {
  return judgeMachine({ ...good, ...facts }, 'lambda', settings).filter(({ verdict }) => verdict === 'missing');
}

describe('the doctor', () => {
  it('finds nothing missing on a good machine', () => {
    expect(judgeMachine(good, 'lambda', defaultSettings).map(({ verdict }) => verdict)).not.toContain('missing');
  });

  it.each([
    ['compose', { composeVersion: undefined }, 'docker compose is not there'],
    ['compose', { composeVersion: 'v2.19.1' }, 'v2.19.1 is older than 2.20'],
    ['compose', { composeVersion: '1.29.2' }, '1.29.2 is older than 2.20'],
    ['buildx', { buildxVersion: undefined }, 'docker buildx is not there'],
    ['memory', { memoryBytes: 4 * gib, memoryFreeBytes: 3 * gib }, '4.0 GiB'],
    ['memory', { memoryFreeBytes: 2 * gib }, '2.0 GiB of it free'],
    ['disk', { diskFreeBytes: 4 * gib }, '4.0 GiB free'],
    ['port 9092', { ports: [{ port: kafka, heldBy: 'nginx (pid 812)' }] }, 'nginx (pid 812) holds it'],
    ['image debian:bookworm-slim', { images: [{ ...image, present: false, problem: 'no such host' }] }, 'no such host'],
  ])('misses %s when %j', (name, facts, finding) => {
    const checks = missing(facts as Partial<MachineFacts>);
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ name, finding: expect.stringContaining(finding), remedy: expect.any(String) });
  });

  it.each([['2.20.0'], ['v2.26.1-4'], ['2.100.0'], ['5.0.1']])('takes compose %s', (composeVersion) => {
    expect(missing({ composeVersion })).toEqual([]);
  });

  it('does not ask for memory that this lab has taken itself', () => {
    expect(missing({ memoryFreeBytes: 2 * gib, labRuns: true })).toEqual([]);
  });

  it('asks for more memory when there are more workers', () => {
    const large = { ...defaultSettings, sparkWorkers: 3, nodemanagers: 2 };
    expect(memoryNeeded('lambda', large)).toBe(memoryNeeded('lambda', defaultSettings) + 12 * gib);
    expect(missing({}, large).map(({ name }) => name)).toEqual(['memory']);
    const archive = { ...defaultSettings, archive: true };
    expect(memoryNeeded('kappa', archive)).toBeGreaterThan(memoryNeeded('kappa', defaultSettings));
    expect(memoryNeeded('lambda', archive)).toBe(memoryNeeded('lambda', defaultSettings));
  });

  it('needs no base image and less disk once the images are built', () => {
    const images = [{ ...image, present: false, problem: 'no such host' }];
    expect(missing({ images, diskFreeBytes: 4 * gib, labBuilt: true })).toEqual([]);
  });

  it('notes what the lab can do without', () => {
    const grafana = { image: 'grafana/grafana:12.4.0', present: false, problem: 'no such host', optional: true };
    expect(missing({ images: [grafana] })).toEqual([]);
    expect(judgeMachine({ ...good, images: [grafana] }, 'lambda', defaultSettings).at(-1)).toMatchObject({
      verdict: 'note',
    });
  });
});

describe('who holds a port', () => {
  const server = createServer();
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  });
  afterAll(() => {
    server.close();
  });

  it('is this process, with its number, when it listens', async () => {
    const holder = await portHolder(port);
    expect(holder).toContain(process.platform === 'linux' ? `(pid ${process.pid})` : 'another program');
  });

  it('is nobody when the port is free', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const free = (other.address() as { port: number }).port;
    await new Promise((resolve) => other.close(resolve));
    expect(await portHolder(free)).toBeUndefined();
  });

  it('is read from the sockets that listen, not from those that are connected', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:2384 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0',
      '   1: 0100007F:2384 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0',
      '   2: 0100007F:2385 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0',
    ].join('\n');
    expect(inodesListening(table, 0x2384)).toEqual(['111']);
  });
});
