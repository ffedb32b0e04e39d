/**
 * Where the package's own files are: compose files, engines, the stream job, dashboards, bundled services.
 * Found from the package's root, so a clone, the built dist/ and an installed package all work. Reads only; nothing is
 * ever written below the root.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from './errors.js';

export type LabName = 'lambda' | 'kappa';

export interface Resources {
  readonly root: string;
  readonly version: string;
  readonly engines: string;
  readonly stream: string;
  /** Generated for the stream job: the event rule as data. */
  readonly streamData: string;
  /** Bundles of the services, one file each. */
  readonly services: string;
  /** The process of an embedded lab. */
  readonly embedded: string;
  /** The thread that writes an embedded lab's archive. */
  readonly archiveThread: string;
  /** The program that answers questions by one plain scan, for `demo` to measure. */
  readonly baseline: string;
  readonly grafanaTemplates: string;
  /** `archive`: whether Kappa is to have one; Lambda always has. */
  composeFile(lab: LabName, archive?: boolean): string;
}

/** The package that the calling file belongs to. Throws when the file lies in no snacklab package. */
export function findResources(from: string = fileURLToPath(import.meta.url)): Resources {
  const { root, version } = findRoot(dirname(from));
  return {
    root,
    version,
    engines: join(root, 'engines'),
    stream: join(root, 'stream'),
    streamData: join(root, 'dist', 'stream'),
    services: join(root, 'dist', 'services'),
    embedded: join(root, 'dist', 'embedded.mjs'),
    archiveThread: join(root, 'dist', 'archive-thread.mjs'),
    baseline: join(root, 'dist', 'baseline.mjs'),
    grafanaTemplates: join(root, 'grafana_templates'),
    composeFile: (lab, archive = false) =>
      join(root, lab, lab === 'kappa' && archive ? 'compose-archive.yaml' : 'compose.yaml'),
  };
}

function findRoot(start: string): { root: string; version: string } {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
      if (name === 'snacklab') return { root: folder, version: version ?? 'unknown' };
    }
    if (dirname(folder) === folder) break;
  }
  throw new LabError(`${start} is in no snacklab package`, {
    suggestion: 'install snacklab again: npm install snacklab',
  });
}
