/**
 * Goal: the import rules of the layout hold, so that what is pure stays pure and the engines stay behind their ports.
 * Method: reads every source file's import statements; a broken rule names the file and what it imports.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folders = ['src', 'lambda', 'kappa', 'generator', 'simulation'].filter((folder) =>
  existsSync(join(root, folder)),
);
const sources = folders.flatMap((folder) => filesIn(join(root, folder)));

/** Whether a file may import this; `to` is a path from the root or a package's name. */
type Rule = (from: string, to: string) => boolean;

const pureFolders = ['sums', 'events', 'positions', 'questions', 'machines', 'presented'].map((name) => `src/${name}/`);
const pureFiles = [
  ...['src/serving/merge.ts', 'src/serving/head.ts', 'src/archive/chain.ts', 'src/archive/origin.ts'],
  ...['book', 'rules', 'ruling', 'undecided'].map((name) => `src/alerts/${name}.ts`),
  'src/console/alerts.ts',
  'lambda/cycle.ts',
  'lambda/turns.ts',
];
const enginePackages = ['dockerode', 'kafkajs', 'cassandra-driver', 'webhdfs', '@platformatic/kafka'];
const checkerMayUse = ['src/questions/', 'src/positions/', 'src/checker/', 'src/events/rule', 'src/errors'];

const isPure = (file: string) => pureFolders.some((f) => file.startsWith(f)) || pureFiles.includes(file);
const isEntryPoint = (file: string) => /(^|[-/])service\.ts$/.test(file) || file === 'simulation/simulate.ts';
const isEffect = (to: string) => /^node:(?!buffer$|zlib$)/.test(to) || enginePackages.includes(to);

const rules: Readonly<Record<string, Rule>> = {
  'pure files import no client, no file system, no network': (from, to) => !(isPure(from) && isEffect(to)),
  'only runtimes/docker and service entry points import the engines’ clients': (from, to) =>
    !enginePackages.includes(to) || from.startsWith('src/runtimes/docker/') || isEntryPoint(from),
  'the checker shares no code with fold or merge': (from, to) =>
    !from.startsWith('src/checker/') ||
    !/^(src\/(sums\/fold|serving\/(merge|fold-stream|commit|publish)|events\/parse)|lambda\/)/.test(to) ||
    checkerMayUse.some((allowed) => to.startsWith(allowed)),
  'lambda and kappa never import each other': (from, to) =>
    !(from.startsWith('lambda/') && to.startsWith('kappa/')) &&
    !(from.startsWith('kappa/') && to.startsWith('lambda/')),
  'what both architectures share imports neither': (from, to) =>
    !from.startsWith('src/') || from.startsWith('src/cli/') || !/^(lambda|kappa)\//.test(to),
};

describe('the layout', () => {
  it.each(Object.entries(rules))('%s', (_, rule) => {
    const broken = sources.flatMap((file) =>
      importsOf(file)
        .filter(({ to }) => !rule(file, to))
        .map(({ to }) => `${file} imports ${to}`),
    );
    expect(broken).toEqual([]);
  });

  it('only config reads the environment', () => {
    // The batch task is told its order by Hadoop, in its environment.
    const allowed = ['lambda/batch-task.ts'];
    const readers = sources.filter((file) => !file.startsWith('src/config/') && /process\.env\b/.test(codeOf(file)));
    expect(readers.filter((file) => !allowed.includes(file))).toEqual([]);
  });

  it('pure files know no clock and no chance', () => {
    const readers = sources.filter(
      (file) => isPure(file) && /Date\.now\(|new Date\(\)|Math\.random\(/.test(codeOf(file)),
    );
    expect(readers).toEqual([]);
  });

  it('only the command line and entry points print or exit', () => {
    const printers = sources.filter(
      (file) =>
        /\bconsole\.|process\.(stdout|stderr)\.write|process\.exit\b/.test(codeOf(file)) &&
        !file.startsWith('src/cli/') &&
        !isEntryPoint(file) &&
        !['lambda/batch-task.ts', 'src/runtimes/docker/service-runtime.ts'].includes(file),
    );
    expect(printers).toEqual([]);
  });

  it('has no barrels and no utils', () => {
    expect(sources.filter((file) => /(^|\/)(index\.ts|utils?\/)/.test(file))).toEqual([]);
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [relative(root, path)] : [];
  });
}

function codeOf(file: string): string {
  return readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

/** What a file imports at run time: types vanish and bind nothing together. */
function importsOf(file: string): { to: string }[] {
  const statements = codeOf(file).matchAll(/(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/g);
  const dynamic = codeOf(file).matchAll(/import\(\s*['"]([^'"]+)['"]\s*\)/g);
  return [...statements, ...dynamic].map(([, to]) => ({
    to: to!.startsWith('.') ? relative(root, join(root, dirname(file), to!)).replace(/\.js$/, '') : to!,
  }));
}
