/** Goal: the command line's environment decides where it writes, and an empty variable is as good as none. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLineConfig } from '../../src/config/command-line.js';

describe('the command line’s environment', () => {
  it('keeps build contexts in the user’s cache folder', () => {
    expect(commandLineConfig({ XDG_CACHE_HOME: '/somewhere' }).cacheFolder).toBe('/somewhere/snacklab');
    expect(commandLineConfig({}).cacheFolder).toBe(join(homedir(), '.cache', 'snacklab'));
  });

  it('ignores a cache folder that is not absolute, as the XDG specification says', () => {
    expect(commandLineConfig({ XDG_CACHE_HOME: 'here' }).cacheFolder).toBe(join(homedir(), '.cache', 'snacklab'));
  });

  it('keeps the data of embedded labs where the system keeps that of applications', () => {
    const folderOn = (system: string, environment = {}) => commandLineConfig(environment, system).dataFolder;
    expect(folderOn('linux')).toBe(join(homedir(), '.local', 'share', 'snacklab'));
    expect(folderOn('darwin')).toBe(join(homedir(), 'Library', 'Application Support', 'snacklab'));
    expect(folderOn('win32', { LOCALAPPDATA: '/local' })).toBe(join('/local', 'snacklab'));
    expect(folderOn('linux', { XDG_DATA_HOME: '/data' })).toBe('/data/snacklab');
    expect(folderOn('linux', { XDG_DATA_HOME: 'data' })).toBe(join(homedir(), '.local', 'share', 'snacklab'));
  });

  it('takes an empty variable as not set', () => {
    const config = commandLineConfig({ SNACKLAB_IMAGE_PREFIX: '', DOCKER_HOST: '' });
    expect(config.imagePrefix).toBe('snacklab');
    expect(config.dockerHost).toBeUndefined();
  });
});
