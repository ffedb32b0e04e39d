/** Goal: the package's files are found from a clone, from dist/ and from an installed package alike. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findResources } from '../src/resources.js';

const folder = mkdtempSync(join(tmpdir(), 'snacklab-resources-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Whether an installed package has this file. */
function packed(root: string, path: string): boolean {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: readonly string[] };
  return files.some((entry) => path === entry || path.startsWith(`${entry}/`));
}

describe('resources', () => {
  it('finds the clone that this test runs in', () => {
    const resources = findResources();
    expect(existsSync(join(resources.engines, 'Dockerfile'))).toBe(true);
    expect(existsSync(resources.composeFile('lambda'))).toBe(true);
  });

  it('has HDFS and the archive in Lambda, and in Kappa where it is asked for; and packs each file of that', () => {
    const { root, composeFile } = findResources();
    const servicesOf = (file: string): string[] => {
      const { include = [], services = {} } = parse(readFileSync(file, 'utf8'));
      expect(packed(root, relative(root, file)), file).toBe(true);
      return [...Object.keys(services), ...include.flatMap((path: string) => servicesOf(join(dirname(file), path)))];
    };
    const archive = ['namenode', 'datanode', 'archive'];
    expect(servicesOf(composeFile('lambda'))).toEqual(expect.arrayContaining([...archive, 'resourcemanager']));
    expect(servicesOf(composeFile('kappa', true)).sort()).toEqual(
      [...servicesOf(composeFile('kappa')), ...archive].sort(),
    );
    expect(composeFile('lambda', true)).toBe(composeFile('lambda'));
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
