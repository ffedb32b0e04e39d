// Bundles what runs: the command line with its packages left outside, and each container's program as one file
// with everything inside, so that images carry no node_modules.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
  legalComments: 'none',
  // Bundled CommonJS packages still call require for Node's own modules.
  banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
};

/** The programs that run inside containers, by the name of their bundle. */
const services = {
  setup: 'src/runtimes/docker/setup-service.ts',
  generator: 'generator/service.ts',
  archive: 'src/archive/service.ts',
  'archive-lines': 'src/archive/lines-service.ts',
  coordinator: 'lambda/coordinator-service.ts',
  'batch-task': 'lambda/batch-task.ts',
  compactor: 'kappa/compactor-service.ts',
  validation: 'src/validation/service.ts',
  views: 'src/serving/views-service.ts',
};

const present = (entries) => Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));

rmSync('dist', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: present({
    cli: 'src/cli/main.ts',
    'bench-lambda': 'bench/lambda.ts',
    'bench-kappa': 'bench/kappa.ts',
  }),
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  packages: 'external',
  // In parts: a command loads only the clients that it needs, and --help none.
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
});
if (existsSync('dist/cli.mjs')) chmodSync('dist/cli.mjs', 0o755);
await build({
  ...common,
  entryPoints: present(services),
  outdir: 'dist/services',
  outExtension: { '.js': '.mjs' },
  external: ['kerberos', 'snappy'],
});

// The rule is data for the stream job too, which reads no TypeScript.
mkdirSync('dist/stream', { recursive: true });
writeFileSync(
  'dist/stream/event-rule.json',
  `${JSON.stringify((await evaluated('src/events/rule.ts')).eventRule, null, 1)}\n`,
);

// What --json prints, for whoever reads it by program.
mkdirSync('dist/schemas', { recursive: true });
const schemas = (await evaluated('src/cli/documents.ts')).publishedSchemas();
for (const [name, schema] of Object.entries(schemas)) {
  writeFileSync(`dist/schemas/${name}`, `${JSON.stringify(schema, null, 1)}\n`);
}

// What `compare` says of the code: lines that are neither empty nor a comment, of what only one architecture needs.
const own = {
  lambda: [
    ...['lambda', 'engines/hadoop', 'engines/archive', 'src/runtimes/docker/hdfs-archive.ts'],
    ...['archiver', 'chain', 'lines', 'origin', 'service'].map((name) => `src/archive/${name}.ts`),
    ...['src/runtimes/docker/webhdfs.ts', 'src/cli/commands/batch.ts', 'src/cli/commands/change.ts'],
  ],
  kappa: ['kappa', 'src/cli/commands/replay.ts'],
};
const counted = Object.entries(own).map(([lab, paths]) => [lab, paths.reduce((sum, path) => sum + linesIn(path), 0)]);
writeFileSync('dist/own-lines.json', `${JSON.stringify(Object.fromEntries(counted))}\n`);

/** Lines of a file, or of all files below a folder; a path that is not there is a mistake in the list. */
function linesIn(path) {
  if (statSync(path).isDirectory()) return readdirSync(path).reduce((sum, name) => sum + linesIn(`${path}/${name}`), 0);
  if (path.endsWith('.md')) return 0;
  const isCode = (line) => !/^\s*($|\/\/|\/?\*|#|<!--)/.test(line);
  return readFileSync(path, 'utf8').split('\n').filter(isCode).length;
}

/** What a module exports that imports no client. */
async function evaluated(file) {
  const { outputFiles } = await build({ ...common, banner: {}, entryPoints: [file], write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
