/** Goal: the build context is named by its content, written whole or not at all, and only in the cache folder. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../src/errors.js';
import { findResources, type Resources } from '../../src/resources.js';
import { certificatesIn, readContext, stageContext } from '../../src/runtimes/docker/build-context.js';
import { buildSteps } from '../../src/runtimes/docker/compose-build.js';

const shared = ['setup', 'generator', 'validation', 'views', 'ingestion', 'console'];
const bundles = [...shared, 'archive', 'archive-lines', 'coordinator', 'batch-task', 'compactor'];
const noCa = { caFile: undefined, buildArguments: ['debian'] };

let folder: string;
let cache: string;
let resources: Resources;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snacklab-context-'));
  cache = join(folder, 'cache');
  write('package.json', '{"name": "snacklab", "version": "1.0.0"}');
  write('engines/Dockerfile', 'FROM debian');
  write('engines/kafka/start.sh', '#!/bin/sh');
  chmodSync(join(folder, 'package', 'engines/kafka/start.sh'), 0o755);
  write('stream/job.py', 'pass');
  for (const data of ['event-rule', 'machine-places']) write(`dist/stream/${data}.json`, '[]');
  for (const bundle of bundles) write(`dist/services/${bundle}.mjs`, bundle);
  resources = findResources(join(folder, 'package', 'dist', 'cli.mjs'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string) {
  const file = join(folder, 'package', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const tagNow = async () => (await readContext(resources, noCa)).tag;

function refusal(act: () => unknown): LabError {
  try {
    act();
  } catch (error) {
    if (error instanceof LabError) return error;
  }
  throw new Error('it was accepted');
}

describe('the build context', () => {
  it('holds what the images are made of, with the right to run what may be run', async () => {
    const context = await stageContext(await readContext(resources, noCa), cache);
    const files = readdirSync(context, { recursive: true, encoding: 'utf8' }).sort();
    expect(files).toEqual(
      expect.arrayContaining([
        'ca',
        'engines/Dockerfile',
        'stream/event-rule.json',
        'stream/machine-places.json',
        'stream/job.py',
        'grafana_templates',
      ]),
    );
    expect(files).toEqual(expect.arrayContaining(bundles.map((bundle) => `dist/services/${bundle}.mjs`)));
    expect(statSync(join(context, 'engines/kafka/start.sh')).mode & 0o111).toBe(0o111);
    expect(statSync(join(context, 'stream/job.py')).mode & 0o111).toBe(0);
  });

  it('has another name when its content, a right to run or a build argument changes', async () => {
    const tags = [await tagNow()];
    write('stream/job.py', 'print()');
    tags.push(await tagNow());
    chmodSync(join(folder, 'package', 'stream/job.py'), 0o755);
    tags.push(await tagNow());
    tags.push((await readContext(resources, { ...noCa, buildArguments: ['alpine'] })).tag);
    expect(new Set(tags).size).toBe(4);
    for (const tag of tags) expect(tag).toMatch(/^[0-9a-f]{12}$/);
  });

  it('keeps its name when only what is in no image changes', async () => {
    const tag = await tagNow();
    write('engines/kafka/compose.yaml', 'services: {}');
    write('engines/README.md', 'words');
    write('stream/__pycache__/job.pyc', 'x');
    write('stream/test/job_test.py', 'x');
    write('stream/.cache', 'x');
    expect(await tagNow()).toBe(tag);
  });

  it('is written once, and leaves nothing half written beside it', async () => {
    const content = await readContext(resources, noCa);
    const [first, second] = await Promise.all([stageContext(content, cache), stageContext(content, cache)]);
    expect(first).toBe(second);
    expect(readdirSync(cache)).toEqual([content.tag]);
  });

  it('writes nothing into the package', async () => {
    const before = hashOf(join(folder, 'package'));
    await stageContext(await readContext(resources, noCa), cache);
    expect(hashOf(join(folder, 'package'))).toBe(before);
  });

  it('keeps the newest few of those before it', async () => {
    for (const content of ['a', 'b', 'c', 'd', 'e']) {
      write('stream/job.py', content);
      await stageContext(await readContext(resources, noCa), cache);
    }
    expect(readdirSync(cache)).toHaveLength(3);
    expect(readdirSync(cache)).toContain(await tagNow());
  });

  it('says which services have not been built', async () => {
    rmSync(join(folder, 'package', 'dist/services/setup.mjs'));
    await expect(readContext(resources, noCa)).rejects.toThrow('lacks dist/services/setup.mjs');
  });
});

describe('a company’s certificates', () => {
  const certificate = () => {
    const key = join(folder, 'key.pem');
    const file = join(folder, 'ca.pem');
    const subject = ['-subj', '/CN=company', '-days', '1', '-nodes', '-newkey', 'rsa:2048'];
    execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', file], { stdio: 'ignore' });
    return readFileSync(file, 'utf8');
  };

  it('are staged one a file, however many the bundle holds', async () => {
    const bundle = join(folder, 'bundle.pem');
    writeFileSync(bundle, `# ours\n${certificate()}\n# theirs\n${certificate()}`);
    const content = await readContext(resources, { ...noCa, caFile: bundle });
    const context = await stageContext(content, cache);
    expect(readdirSync(join(context, 'ca'))).toEqual(['company-1.crt', 'company-2.crt']);
    expect(content.tag).not.toBe(await tagNow());
  });

  it('are refused when they are none, or broken', () => {
    expect(refusal(() => certificatesIn('hello', 'x.pem')).message).toBe('x.pem holds no PEM certificate');
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(refusal(() => certificatesIn(broken, 'x.pem')).message).toBe('certificate 1 of x.pem cannot be read');
  });

  it('are missed when the file is not there', async () => {
    const missing = readContext(resources, { ...noCa, caFile: join(folder, 'none.pem') });
    await expect(missing).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining('none.pem') });
  });
});

describe('a build’s progress', () => {
  it('is what is being done, without what was done before and the builder’s own affairs', () => {
    const said: string[] = [];
    const take = buildSteps((text) => said.push(text));
    for (const line of [
      '#1 [kafka internal] load build definition from Dockerfile',
      '#1 transferring dockerfile: 8.1kB done',
      '#5 [kafka base 2/4] COPY ca/ /usr/local/share/ca-certificates/',
      '#5 CACHED',
      '#6 [kafka base 3/4] RUN apt-get update -qq',
      '#7 [spark spark-python 2/5] RUN   /build/install',
      '#6 0.512 Get:1 bookworm',
      '#7 [spark spark-python 2/5] RUN   /build/install',
      '#6 [kafka base 3/4] RUN apt-get update -qq',
      '#6 1.512 Get:2 bookworm',
      '#7 0.100 Collecting pyspark',
      '#6 DONE 9.3s',
    ])
      take(line);
    expect(said).toEqual(['[kafka base 3/4] RUN apt-get update -qq', '[spark spark-python 2/5] RUN /build/install']);
  });
});

function hashOf(path: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()) {
    const { mtimeMs, size } = statSync(join(path, name));
    hash.update(`${name} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}
