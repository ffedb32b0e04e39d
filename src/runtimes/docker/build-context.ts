/**
 * Stages the build context: a small folder with what the images are made of, in the user's cache and named by its
 * content, so that images are built again exactly when something in them changed. Nothing is written elsewhere.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../../errors.js';
import type { Resources } from '../../resources.js';

interface StagedFile {
  readonly path: string;
  readonly content: Buffer;
  readonly executable: boolean;
}

/** Without these the images would be built but their services not start. */
const sharedBundles = ['setup', 'generator', 'validation', 'views', 'ingestion', 'console'];
const neededBundles = [...sharedBundles, 'archive', 'archive-lines', 'coordinator', 'batch-task', 'compactor'];
/** What the stream job reads beside its own code. */
const neededData = ['event-rule', 'machine-places'];
const keptContexts = 3;
// Compose files shape containers, not images; the rest is no part of any image.
const leftOut =
  /(^|\/)(\.[^/]+|__pycache__|node_modules|test|tests|target)(\/|$)|\.(pyc|md)$|(^|\/)(compose|common)\.yaml$/;

/** What a context is to hold, read but not written yet. */
export interface ContextContent {
  readonly files: readonly StagedFile[];
  /** Twelve hexadecimal digits of the content's hash: the tag of the images. */
  readonly tag: string;
}

/** Reads what the images are made of. `buildArguments` shape them too, so they are in the tag. */
export async function readContext(
  resources: Resources,
  options: { readonly caFile: string | undefined; readonly buildArguments: readonly string[] },
): Promise<ContextContent> {
  const files = await contextFiles(resources, options.caFile);
  return { files, tag: contentTag(files, options.buildArguments) };
}

/** Writes the context where it is not yet there. Answers with its folder. */
export async function stageContext(content: ContextContent, cacheFolder: string): Promise<string> {
  const context = join(cacheFolder, content.tag);
  if (!(await exists(context))) await writeContext(content.files, cacheFolder, context);
  const now = new Date();
  await utimes(context, now, now);
  await removeOldContexts(cacheFolder, content.tag);
  return context;
}

/** Splits a PEM file into its certificates. Throws `usage` when it holds none or a broken one. */
export function certificatesIn(pem: string, file: string): readonly string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  const suggestion = 'give the certificate authority as a PEM file, with -----BEGIN CERTIFICATE----- in it';
  if (blocks.length === 0) throw new LabError(`${file} holds no PEM certificate`, { kind: 'usage', suggestion });
  for (const [i, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch (cause) {
      throw new LabError(`certificate ${i + 1} of ${file} cannot be read`, { kind: 'usage', suggestion, cause });
    }
  }
  return blocks;
}

function contentTag(files: readonly StagedFile[], buildArguments: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(buildArguments));
  for (const { path, content, executable } of files) {
    hash.update(`\n${path} ${content.length} ${executable} `).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}

async function contextFiles(resources: Resources, caFile: string | undefined): Promise<readonly StagedFile[]> {
  const folders = await Promise.all([
    filesBelow(resources.engines, 'engines'),
    filesBelow(resources.stream, 'stream'),
    filesBelow(resources.streamData, 'stream'),
    filesBelow(resources.services, 'dist/services'),
    filesBelow(resources.grafanaTemplates, 'grafana_templates'),
    caFiles(caFile),
  ]);
  const files = folders.flat().sort((a, b) => (a.path < b.path ? -1 : 1));
  const paths = new Set(files.map(({ path }) => path));
  const needed = [
    'engines/Dockerfile',
    ...neededBundles.map((bundle) => `dist/services/${bundle}.mjs`),
    ...neededData.map((name) => `stream/${name}.json`),
  ];
  const missing = needed.filter((path) => !paths.has(path));
  if (missing.length > 0) {
    throw new LabError(`${resources.root} lacks ${missing.join(', ')}`, {
      suggestion: 'in a clone: npm run build. Otherwise install snacklab again',
      detail: { missing },
    });
  }
  return files;
}

async function caFiles(file: string | undefined): Promise<readonly StagedFile[]> {
  if (file === undefined) return [];
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (cause) {
    throw new LabError(`the certificate file ${file} cannot be read`, {
      kind: 'usage',
      suggestion: '--ca FILE',
      cause,
    });
  }
  // One certificate a file: Debian's update-ca-certificates takes no bundles.
  return certificatesIn(pem, file).map((certificate, i) => ({
    path: `ca/company-${i + 1}.crt`,
    content: Buffer.from(`${certificate}\n`),
    executable: false,
  }));
}

async function filesBelow(folder: string, as: string): Promise<readonly StagedFile[]> {
  if (!(await exists(folder))) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const source = join(entry.parentPath, entry.name);
      return { source, below: source.slice(folder.length + 1).replaceAll('\\', '/') };
    })
    .filter(({ below }) => !leftOut.test(below));
  return Promise.all(
    files.map(async ({ source, below }) => ({
      path: `${as}/${below}`,
      content: await readFile(source),
      executable: ((await stat(source)).mode & 0o100) !== 0,
    })),
  );
}

/** Written under another name first: a context that is there is whole, whenever this is killed. */
async function writeContext(files: readonly StagedFile[], cacheFolder: string, context: string): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  const partial = await mkdtemp(join(cacheFolder, '.partial-'));
  try {
    for (const folder of ['ca', 'grafana_templates']) await mkdir(join(partial, folder));
    for (const { path, content, executable } of files) {
      await mkdir(dirname(join(partial, path)), { recursive: true });
      await writeFile(join(partial, path), content, { mode: executable ? 0o755 : 0o644 });
    }
    await chmod(partial, 0o755);
    await rename(partial, context);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another `up` may have staged the same content meanwhile.
    if (!(await exists(context))) throw error;
  }
}

async function removeOldContexts(cacheFolder: string, current: string): Promise<void> {
  const names = (await readdir(cacheFolder)).filter((name) => /^[0-9a-f]{12}$/.test(name) && name !== current);
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(cacheFolder, name))).mtimeMs })),
  );
  const old = aged.sort((a, b) => b.at - a.at).slice(keptContexts - 1);
  for (const { name } of old) await rm(join(cacheFolder, basename(name)), { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
