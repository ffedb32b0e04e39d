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

  it('takes an empty variable as not set', () => {
    const config = commandLineConfig({ SNACKLAB_IMAGE_PREFIX: '', DOCKER_HOST: '' });
    expect(config.imagePrefix).toBe('snacklab');
    expect(config.dockerHost).toBeUndefined();
  });
});
