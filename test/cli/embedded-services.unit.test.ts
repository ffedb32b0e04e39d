// Goal: services in one process live as in containers: what throws is started again after a growing pause, what can never
// go on ends them all; and their log stays bounded and readable. Method: services of the test's own, and files.
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { olderLogFileIn } from '../../src/cli/embedded/directory.js';
import { type LabService, runServices, type ServiceState } from '../../src/cli/embedded/keep-running.js';
import { followLines, lastLines, servicesIn, shorten } from '../../src/cli/embedded/log-file.js';
import { runStreamJobs } from '../../src/cli/embedded/stream-jobs.js';
import { LabError } from '../../src/errors.js';
import { newHead } from '../../src/serving/head.js';

/** Time passes only by sleeping, and each sleep lets the others run. */
function setUp() {
  const stopping = new AbortController();
  const said: string[] = [];
  const slept: number[] = [];
  const clock = {
    ms: 0,
    nowMs: () => clock.ms,
    async sleep(ms: number) {
      slept.push(ms);
      clock.ms += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const scope = { stop: stopping.signal, clock, say: (line: string) => void said.push(line) };
  return { stopping, said, slept, scope };
}

const untilStopped: LabService = {
  name: 'patient',
  run: ({ stop }) => new Promise((resolve) => stop.addEventListener('abort', () => resolve())),
};

describe('services in one process', () => {
  it('are started again after a pause that grows to a bound', async () => {
    const { stopping, said, slept, scope } = setUp();
    let runs = 0;
    const failing: LabService = {
      name: 'failing',
      run: async () => {
        if (++runs === 9) stopping.abort();
        throw new Error(`run ${runs}`);
      },
    };
    const states: ServiceState[] = [];
    await runServices([failing, untilStopped], scope, states);
    expect(slept).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(said[0]).toBe('failing: failed: run 1');
    expect(states).toMatchObject([
      { name: 'failing', restarts: 8, lastError: 'run 9', state: 'ended' },
      { name: 'patient', restarts: 0, lastError: null, state: 'ended' },
    ]);
  });

  it.each(['fail', 'usage'] as const)('end all together when one meets an error of kind %s', async (kind) => {
    const { scope } = setUp();
    const hopeless: LabService = { name: 'hopeless', run: () => Promise.reject(new LabError('lost', { kind })) };
    await expect(runServices([untilStopped, hopeless], scope)).rejects.toThrow('lost');
  });

  it('end a job whose version is dropped, and try another’s again whatever it met', async () => {
    const { stopping, said, scope } = setUp();
    const ready = { ...newHead('kappa-1', 1, [0], []), pipeline: 'kappa-1' };
    let looks = 0;
    const store = {
      readHeads: async () => {
        if (++looks > 40) stopping.abort();
        const heads = looks < 20 ? new Map([['kappa-1', ready]]) : new Map();
        return { live: 'kappa-1', previous: null, generation: 1, forced: 0, nextIncarnation: 2, heads };
      },
      changeHead: async () => 'refused' as const,
    };
    const ports = { store, log: {}, clock: scope.clock } as never;
    await runStreamJobs(ports, { pauseMs: 1, messagesMax: 1 }, scope);
    expect(said.some((line) => line.startsWith('kappa-1: failed: could not take over kappa-1'))).toBe(true);
    const lastSaid = said.length;
    expect(lastSaid).toBeLessThan(20);
  });
});

describe('the log of an embedded lab', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'snacklab-test-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  const line = (service: string, text: string) => `2026-11-21T14:00:00.000Z ${service}: ${text}\n`;
  const path = () => join(dir, 'lab.log');

  it('gives the last lines, of one service or of all, and what Node printed by itself', async () => {
    await writeFile(path(), `${line('stream', 'a')}${line('views', 'b: c')}TypeError: x\n`);
    expect((await lastLines(dir, undefined, 2)).map(({ container, text }) => [container, text])).toEqual([
      ['views', 'b: c'],
      ['lab', 'TypeError: x'],
    ]);
    expect(await lastLines(dir, 'stream', 5)).toMatchObject([{ container: 'stream', text: 'a' }]);
    expect(await lastLines(dir, undefined, 0)).toEqual([]);
    expect(await servicesIn(dir)).toEqual(['lab', 'stream', 'views']);
    expect(await lastLines(join(dir, 'nowhere'), undefined, 5)).toEqual([]);
  });

  it('is begun anew when it is long, and what was in it is kept once', async () => {
    await writeFile(path(), line('stream', 'old'));
    shorten(dir, 10_000);
    expect(await readFile(path(), 'utf8')).toContain('old');
    shorten(dir, 10);
    expect(await readFile(path(), 'utf8')).toBe('');
    expect(await readFile(olderLogFileIn(dir), 'utf8')).toContain('old');
  });

  it('is followed line by line, also where it is begun anew', async () => {
    await writeFile(path(), line('stream', 'first'));
    const stopping = new AbortController();
    const texts: string[] = [];
    for await (const { text } of followLines(dir, 'stream', 1, stopping.signal)) {
      texts.push(text);
      if (text === 'first') await appendFile(path(), `${line('views', 'no')}${line('stream', 'second')}`);
      if (text === 'second') {
        shorten(dir, 0);
        await appendFile(path(), line('stream', 'third'));
      }
      if (text === 'third') stopping.abort();
    }
    expect(texts).toEqual(['first', 'second', 'third']);
  });
});
