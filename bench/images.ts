/**
 * Building all images as on a machine that never built them: no layer and no package cache is used, only the two base
 * images. The cache of the machine's other builds is left alone: package caches get names of their own, removed after.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandLineConfig } from '../src/config/command-line.js';
import { findResources } from '../src/resources.js';
import { readContext, stageContext } from '../src/runtimes/docker/build-context.js';
import { composeServices, runCompose } from '../src/runtimes/docker/compose.js';
import { buildArguments } from '../src/runtimes/docker/compose-build.js';
import { composeVariables, defaultSettings } from '../src/runtimes/docker/compose-settings.js';
import type { Row } from './row.js';

const run = promisify(execFile);

export async function imagesRow(): Promise<Row> {
  const name = `bench-${randomUUID().slice(0, 8)}`;
  const config = commandLineConfig();
  const resources = findResources();
  const content = await readContext(resources, { caFile: config.caFile, buildArguments: buildArguments(config) });
  const folder = await mkdtemp(join(tmpdir(), 'snacklab-bench-'));
  try {
    const context = await coldContext(await stageContext(content, config.cacheFolder), folder, name);
    const variables = composeVariables('lambda', defaultSettings, { context, tag: name }, config);
    const file = resources.composeFile('lambda');
    const project = { lab: 'lambda', file, variables, inherited: config.inherited } as const;
    const built = (await composeServices(project)).filter((service) => service.built && service.name !== 'grafana');
    const startedMs = performance.now();
    await runCompose(project, ['build', '--no-cache', ...built.map((service) => service.name)], {
      timeoutMs: 3_600_000,
    });
    const seconds = (performance.now() - startedMs) / 1000;
    const images = built.map((service) => service.image);
    const bytes = await sizeOf(images);
    await run('docker', ['rmi', ...images]);
    return {
      name: 'images',
      title: 'Building all images, cold',
      figures: [
        { what: 'time', value: seconds, unit: 's', atMost: 180 },
        { what: 'size of all, shared layers counted each time', value: bytes / 2 ** 30, unit: 'GiB' },
      ],
      conditions: [
        `${images.length} images, --no-cache, empty caches for Maven and PyPI, base images present, no lab up`,
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await removeCaches(name);
  }
}

/** The context, with package caches that no build has used. */
async function coldContext(staged: string, folder: string, name: string): Promise<string> {
  const context = join(folder, 'context');
  await cp(staged, context, { recursive: true });
  const file = join(context, 'engines', 'Dockerfile');
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('id=snacklab-', `id=${name}-`));
  return context;
}

async function sizeOf(images: readonly string[]): Promise<number> {
  const { stdout } = await run('docker', ['image', 'inspect', '--format', '{{.Size}}', ...images]);
  return stdout
    .trim()
    .split('\n')
    .reduce((sum, size) => sum + Number(size), 0);
}

/** Removes the package caches that were made under this name. */
async function removeCaches(name: string): Promise<void> {
  const { stdout } = await run('docker', ['buildx', 'du', '--verbose'], { maxBuffer: 64 << 20 });
  const ids = stdout
    .split(/\n\n+/)
    .filter((record) => record.includes(name))
    .flatMap((record) => /^ID:\s+(\S+)/m.exec(record)?.[1] ?? []);
  for (const id of ids) await run('docker', ['builder', 'prune', '--force', '--all', '--filter', `id=${id}`]);
}
