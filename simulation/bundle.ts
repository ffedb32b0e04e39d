/**
 * The simulator as one file, bundled from the sources as they are, or with one mutation in them. So a rule is switched
 * off in the real code path, and what is shipped has no switch that could do it.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { findResources } from '../src/resources.js';
import { edited, type Mutation } from './mutations/mutation.js';

/** The bundle's text. `entry` is a file of this folder. */
export async function bundled(entry: 'worker.ts' | 'runs.ts', mutation?: Mutation): Promise<string> {
  const { root } = findResources();
  const { outputFiles } = await build({
    entryPoints: [`${root}/simulation/${entry}`],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false,
    logLevel: 'warning',
    plugins: [withoutClients, ...(mutation === undefined ? [] : [mutating(mutation, root)])],
  });
  return outputFiles[0]!.text;
}

/** The engines' clients stay outside, and with them whatever is imported and not used: no module here acts when loaded. */
const withoutClients: Plugin = {
  name: 'without-clients',
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      const isOurs = kind !== 'entry-point' && !importer.includes('/node_modules/');
      if (!isOurs || pluginData === 'asked' || path === 'zod' || path.startsWith('node:')) return undefined;
      if (!path.startsWith('.') || kind === 'dynamic-import') return { path, external: true, sideEffects: false };
      const resolved = await build.resolve(path, { importer, resolveDir, kind, pluginData: 'asked' });
      return { path: resolved.path, sideEffects: false };
    });
  },
};

function mutating({ edits }: Mutation, root: string): Plugin {
  return {
    name: 'mutating',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const wanted = edits.filter(({ file }) => file === relative(root, path));
        if (wanted.length === 0) return undefined;
        return { contents: wanted.reduce(edited, readFileSync(path, 'utf8')), loader: 'ts' };
      });
    },
  };
}
