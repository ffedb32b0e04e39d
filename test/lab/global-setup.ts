/**
 * Goal: room for the labs of the docker tests, and none left behind. Each lab is brought up by the first file that needs it
 * (./use-lambda.ts, ./kappa.ts): this runs before the tests of all projects, and engines beside those would only slow them.
 * Method: without a Docker engine the tests are left out, loudly; where they are required (SNACKLAB_REQUIRE_DOCKER=1) that
 * is a failure. SNACKLAB_KEEP_LAB=lambda, or =kappa for the tests of that lab alone, uses a lab that is up and leaves it up.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { runCli } from './cli.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Whether a Docker engine answers, and so the tests have a lab. */
    readonly docker: boolean;
    /** A folder of this run alone, in which it remembers from file to file what it has brought up. */
    readonly runFolder: string;
  }
}

const linesOfService = 6;
const labs = ['lambda', 'kappa'];
/** An empty volume that is there as long as the labs on this engine are the tests' own; .ci/run looks for it too. */
const ourMark = 'snacklab-tests-own-this-lab';
const root = join(import.meta.dirname, '..', '..');

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const docker = dockerAnswers();
  project.provide('docker', docker);
  if (!docker) {
    if (process.env.SNACKLAB_REQUIRE_DOCKER === '1')
      throw new Error('the real-engine tests are required, and no Docker engine answers');
    console.warn(
      '\n!! No Docker engine answers: ALL TESTS ON THE REAL ENGINES ARE LEFT OUT (snacklab doctor says what is missing).\n',
    );
    return undefined;
  }
  execFileSync('node', ['build.mjs'], { cwd: root, stdio: 'inherit' });
  const runFolder = mkdtempSync(join(tmpdir(), 'snacklab-test-run-'));
  project.provide('runFolder', runFolder);
  const keep = process.env.SNACKLAB_KEEP_LAB !== undefined;
  if (!keep) await makeRoomForOurLab();
  return async () => {
    rmSync(runFolder, { recursive: true });
    if (project.vitest.state.getFailedFilepaths().length > 0) sayHowTheLabIs();
    if (!keep) await endOurLab();
  };
}

/** What a failure on another machine is understood by: the lab is gone afterwards. */
function sayHowTheLabIs(): void {
  const docker = (...args: string[]) => {
    const { stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8', timeout: 20_000 });
    return (stdout + stderr).trim();
  };
  console.log('\nthe lab after the failure, and the last that each of its services said:');
  for (const line of docker('ps', '-a', '--filter', 'label=snacklab.lab', '--format', '{{.Names}} {{.Status}}').split(
    '\n',
  )) {
    const name = line.split(' ')[0]!;
    const said = docker('logs', '--tail', String(linesOfService), name).split('\n');
    console.log(`${line}\n${said.map((one) => `  | ${one.slice(0, 200)}`).join('\n')}`);
  }
}

function dockerAnswers(): boolean {
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

/**
 * The tests kill engines and forget volumes: never in a lab that somebody uses, nor on the volumes of one that is down.
 * A lab of the tests themselves, left by a run that was cut off, is told by the mark and taken away.
 */
async function makeRoomForOurLab(): Promise<void> {
  if (listed('volume', 'ls', '-q', '--filter', `name=^${ourMark}$`)) {
    console.log('an earlier run of the tests was cut off; its lab is taken away');
    await endOurLab();
  }
  for (const name of labs) {
    const lab = ['--filter', `label=com.docker.compose.project=snacklab-${name}`];
    if (listed('ps', '-aq', ...lab) || listed('volume', 'ls', '-q', ...lab))
      throw new Error(`a ${name} lab is there already; the tests need their own. Try: snacklab ${name} down --volumes`);
  }
  execFileSync('docker', ['volume', 'create', ourMark], { stdio: 'ignore' });
}

async function endOurLab(): Promise<void> {
  const ends = [];
  for (const name of labs) ends.push(await runCli([name, 'down', '--volumes'], { show: true }));
  if (ends.every(({ exitCode }) => exitCode === 0))
    execFileSync('docker', ['volume', 'rm', '-f', ourMark], { stdio: 'ignore' });
}

function listed(...args: string[]): boolean {
  return execFileSync('docker', args).toString().trim() !== '';
}
