// Bundles what runs: the command line with its packages left outside, and each container's program as one file
// with everything inside, so that images carry no node_modules.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { build } from 'esbuild';

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
  legalComments: 'none',
  // Bundled CommonJS packages still call require for Node's own modules, and look for files beside themselves.
  banner: {
    js: [
      "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);",
      "import { fileURLToPath as __fp } from 'node:url'; const __dirname = __fp(new URL('.', import.meta.url));",
    ].join('\n'),
  },
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
  console: 'src/cli/console/service.ts',
  ingestion: 'src/ingestion/service.ts',
};

/**
 * Docker's client loads SSH and gRPC at its start, for engines behind SSH and for builds that this command line does not
 * make: a tenth of a second of each command. Here these two modules are loaded by the first call of what they export.
 */
const loadedWhenCalled = {
  name: 'loaded-when-called',
  setup(build) {
    const late = { 'docker-modem': './ssh', dockerode: './session' };
    for (const [name, path] of Object.entries(late)) {
      const filter = new RegExp(`^${path.replaceAll('.', '\\.')}$`);
      build.onResolve({ filter }, ({ path, importer }) =>
        importer.includes(`/${name}/`) ? { path: `${name}/lib/${path.slice(2)}`, namespace: 'late' } : undefined,
      );
    }
    build.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: `module.exports = function (...args) { return require('${path}').apply(this, args); };`,
      resolveDir: import.meta.dirname,
    }));
  },
};

/** A service is given its ports: how the command line finds a lab, and Docker's client for it, is in no service's bundle. */
const findsNoLab = {
  name: 'finds-no-lab',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ path, importer, kind }) =>
      kind === 'dynamic-import' && /src\/cli\/(lab|choose-runtime)\.ts$/.test(importer)
        ? { path, external: true }
        : undefined,
    );
  },
};

/** All packages that are installed with this one, but for some. */
function packagesBut(...bundled) {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  return Object.keys(dependencies).filter((name) => !bundled.includes(name));
}

const present = (entries) => Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));

rmSync('dist', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: present({
    cli: 'src/cli/main.ts',
    embedded: 'src/cli/embedded/service.ts',
    'archive-thread': 'src/runtimes/embedded/archive-thread/thread.ts',
    baseline: 'src/cli/demo/baseline-service.ts',
    'bench-lambda': 'bench/lambda.ts',
    'bench-kappa': 'bench/kappa.ts',
    'bench-embedded': 'bench/embedded.ts',
    'bench-alerts': 'bench/alerts.ts',
    'bench-console': 'bench/console.ts',
    'bench-ingestion': 'bench/ingestion.ts',
    simulate: 'simulation/simulate.ts',
  }),
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  external: [...packagesBut('dockerode'), 'esbuild', 'playwright-core', '@grpc/*', 'cpu-features', '*.node'],
  plugins: [loadedWhenCalled],
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
  plugins: [findsNoLab],
});

// The console's page: one script and one style sheet, served as they are from beside the services.
const page = 'src/console/page';
await build({
  bundle: true,
  platform: 'browser',
  target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
  format: 'esm',
  minify: true,
  logLevel: 'warning',
  legalComments: 'none',
  entryPoints: { page: `${page}/main.ts` },
  outdir: 'dist/services/console',
});
for (const file of ['blank.html', 'icon.svg']) copyFileSync(`${page}/${file}`, `dist/services/console/${file}`);
// The first view is one answer: the style lies in the page, and the script is asked for when the page is on the screen,
// which is so when a second frame begins.
writeFileSync('dist/services/console/index.html', wholePage());
rmSync('dist/services/console/page.css');

// The rule and the catalogue's places are data for the stream job too, which reads no TypeScript.
mkdirSync('dist/stream', { recursive: true });
const { eventRule } = await evaluated('src/events/rule.ts');
const { machinesByPlace } = await evaluated('src/machines/catalogue.ts');
for (const [name, data] of Object.entries({ 'event-rule': eventRule, 'machine-places': machinesByPlace })) {
  writeFileSync(`dist/stream/${name}.json`, `${JSON.stringify(data, null, 1)}\n`);
}

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
    ...['archiver', 'chain', 'keep-archive', 'lines', 'origin', 'service'].map((name) => `src/archive/${name}.ts`),
    ...['src/runtimes/docker/webhdfs.ts', 'src/cli/commands/batch.ts', 'src/cli/commands/change.ts'],
  ],
  kappa: ['kappa', 'src/cli/commands/replay.ts'],
};
const counted = Object.entries(own).map(([lab, paths]) => [lab, paths.reduce((sum, path) => sum + linesIn(path), 0)]);
writeFileSync('dist/own-lines.json', `${JSON.stringify(Object.fromEntries(counted))}\n`);

/** The page with its style in it, and what asks for its script. Both are named by their hashes in the page's policy. */
function wholePage() {
  const style = readFileSync('dist/services/console/page.css', 'utf8').trim();
  const failed = 'document.getElementById("connection-text").textContent="the page is not whole: load it again"';
  // What the reader chose (page/theme.ts) from the first frame on.
  const theme =
    'try{let t=localStorage.getItem("snacklab-theme");if(t)document.documentElement.dataset.theme=t}catch{}';
  const script = `${theme}addEventListener("load",()=>requestAnimationFrame(()=>requestAnimationFrame(()=>import("/page.js").catch(()=>{${failed}}))))`;
  const parts = {
    '<link rel="stylesheet" href="/page.css">': `<style>${style}</style>`,
    '<script type="module" src="/page.js"></script>': `<script>${script}</script>`,
  };
  return Object.entries(parts).reduce(
    (html, [link, part]) => {
      if (html.split(link).length !== 2) throw new Error(`${page}/index.html: ${link} is not there once`);
      return html.replace(link, () => part);
    },
    readFileSync(`${page}/index.html`, 'utf8'),
  );
}

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
