/** Goal: the package's files are found from a clone, from dist/ and from an installed package alike. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findResources } from '../src/resources.js';

const folder = mkdtempSync(join(tmpdir(), 'snacklab-resources-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('resources', () => {
  it('finds the clone that this test runs in', () => {
    const resources = findResources();
    expect(existsSync(join(resources.engines, 'Dockerfile'))).toBe(true);
    expect(existsSync(resources.composeFile('lambda'))).toBe(true);
  });

  it('finds an installed package, past the packages around it', () => {
    const root = join(folder, 'app', 'node_modules', 'snacklab');
    mkdirSync(join(root, 'dist', 'parts'), { recursive: true });
    writeFileSync(join(folder, 'app', 'package.json'), '{"name": "someone-else"}');
    writeFileSync(join(root, 'package.json'), '{"name": "snacklab", "version": "9.8.7"}');
    writeFileSync(join(root, 'dist', 'package.json'), '{"type": "module"}');
    for (const file of ['dist/cli.mjs', 'dist/parts/chunk-A.mjs']) {
      expect(findResources(join(root, file))).toMatchObject({ root, version: '9.8.7', engines: join(root, 'engines') });
    }
  });

  it('says so when there is no package', () => {
    expect(() => findResources(join(folder, 'elsewhere.mjs'))).toThrow('is in no snacklab package');
  });
});
