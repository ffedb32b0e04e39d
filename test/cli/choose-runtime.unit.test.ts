// Goal: a command finds the lab that its user means, and asks where it cannot be told. Method: the rule itself, with what
// is up said by the test; and the directory of an embedded lab, as it is on disk.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chosenRuntime, type RuntimeFlags, type Standing } from '../../src/cli/choose-runtime.js';
import { upEmbedded } from '../../src/cli/commands/up-embedded.js';
import { defaultSettings, describeLab, labIn, makeDirectory, removeLab } from '../../src/cli/embedded/directory.js';
import { placeIn } from '../../src/cli/embedded/place.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snacklab-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

function chosen(embedded: Standing, docker: Standing, flags: RuntimeFlags = {}, whenDown: 'last' | 'docker' = 'last') {
  return chosenRuntime('kappa', flags, whenDown, { embedded: async () => embedded, docker: async () => docker });
}

describe('the runtime that a command means', () => {
  it('is the one in which the lab is up', async () => {
    expect(await chosen('up', 'none')).toBe('embedded');
    expect(await chosen('up', 'down')).toBe('embedded');
    expect(await chosen('none', 'up')).toBe('docker');
    expect(await chosen('down', 'up')).toBe('docker');
  });

  it('has to be said where the lab is up in both', async () => {
    await expect(chosen('up', 'up')).rejects.toMatchObject({
      kind: 'usage',
      suggestion: 'the same command with --runtime docker or with --runtime embedded',
    });
  });

  it('is what a flag says, whatever is up', async () => {
    expect(await chosen('up', 'up', { runtime: 'docker' })).toBe('docker');
    expect(await chosen('none', 'up', { runtime: 'embedded' })).toBe('embedded');
    expect(await chosen('none', 'up', { dir: '/data' })).toBe('embedded');
    await expect(chosen('none', 'up', { runtime: 'docker', dir: '/data' })).rejects.toThrow('has no directory');
  });

  it('is docker where nothing is up, but where only an embedded lab was ever there', async () => {
    expect(await chosen('none', 'none')).toBe('docker');
    expect(await chosen('down', 'down')).toBe('docker');
    expect(await chosen('down', 'none')).toBe('embedded');
    // What is started or forgotten is not guessed.
    expect(await chosen('down', 'none', {}, 'docker')).toBe('docker');
  });

  it('is told without a look at Docker where no embedded lab is there', async () => {
    const docker = () => Promise.reject(new Error('looked'));
    const looks = { docker, embedded: async (): Promise<Standing> => 'none' };
    expect(await chosenRuntime('lambda', {}, 'last', looks)).toBe('docker');
  });
});

const description = (dir: string) => ({
  format: 1 as const,
  lab: 'lambda' as const,
  settings: defaultSettings,
  socket: join(dir, 'lab.sock'),
  pid: 1,
});

describe('the directory of an embedded lab', () => {
  it('is down where it says what it is and nobody answers, and none where it says nothing', async () => {
    const dir = join(folder, 'down');
    expect(await placeIn(dir, true, 'lambda')).toMatchObject({ socket: undefined, about: undefined });
    await makeDirectory(dir);
    await describeLab(dir, description(dir));
    expect(await placeIn(dir, true, 'lambda')).toMatchObject({ socket: join(dir, 'lab.sock'), about: undefined });
  });

  it('is refused as that of the other architecture', async () => {
    const dir = join(folder, 'other');
    await makeDirectory(dir);
    await describeLab(dir, description(dir));
    await expect(labIn(dir, 'kappa')).rejects.toMatchObject({ kind: 'usage', message: `${dir} is of a lambda lab` });
  });

  it('is not begun where something else is', async () => {
    const dir = join(folder, 'else');
    await mkdir(dir);
    await writeFile(join(dir, 'thesis.tex'), '');
    await expect(makeDirectory(dir)).rejects.toMatchObject({ kind: 'usage' });
  });

  it('loses only what is the lab’s when it is removed', async () => {
    const dir = join(folder, 'removed');
    await makeDirectory(dir);
    await describeLab(dir, description(dir));
    await mkdir(join(dir, 'data'));
    await writeFile(join(dir, 'notes.txt'), '');
    await removeLab(dir);
    expect(await readdir(dir)).toEqual(['notes.txt']);
    await rm(join(dir, 'notes.txt'));
    await removeLab(dir);
    expect(await readdir(folder)).not.toContain('removed');
  });
});

describe('up --runtime embedded', () => {
  it.each([
    [{ sparkWorkers: '2' }, '--spark-workers'],
    [{ archive: true }, '--archive'],
    [{ grafana: false }, '--no-grafana'],
    [{ build: true }, '--build'],
  ])('refuses %o, and names the flag', async (options, flag) => {
    const place = { dir: join(folder, 'flags'), given: true, socket: undefined, about: undefined };
    const up = upEmbedded({ lab: 'kappa', arguments: [], options: { grafana: true, ...options } }, place, {} as never);
    await expect(up).rejects.toMatchObject({ kind: 'usage', detail: { flag } });
    expect(await readdir(folder)).not.toContain('flags');
  });
});
