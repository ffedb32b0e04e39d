/** Embedded labs for the tests of the console: the built command line, in folders of their own, on ports that are free. */
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../lab/cli.js';

// biome-ignore lint/suspicious/noExplicitAny: each command's document has its own published schema
export type Snacklab = (...args: string[]) => Promise<any>;

export interface ConsoleLabs extends AsyncDisposable {
  /** A command of a lab; throws where it does not pass. */
  readonly run: Snacklab;
  /** What a command prints for a reader. */
  readonly text: (...args: string[]) => Promise<string>;
  /** What to bring a lab up with so that its console has this port. */
  readonly portFlags: readonly string[];
  readonly url: string;
  readonly dirOf: (lab: string) => string;
}

/** The console's port without `--port-base`. */
const usualPort = 9021;

export async function consoleLabs(): Promise<ConsoleLabs> {
  const folder = mkdtempSync(join(tmpdir(), 'snacklab-console-'));
  const environment = {
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    DOCKER_HOST: `unix://${join(folder, 'no-engine.sock')}`,
  };
  const port = await freePort();
  const dirOf = (lab: string) => join(folder, 'data', 'snacklab', lab);
  return {
    async run(...args) {
      const { exitCode, stdout, stderr } = await runCli([...args, '--json'], { environment });
      if (exitCode !== 0)
        throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stdout.slice(-1_000)}\n${stderr.slice(-1_000)}`);
      return JSON.parse(stdout);
    },
    async text(...args) {
      const { exitCode, stdout, stderr } = await runCli(args, { environment });
      if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stderr.slice(-1_000)}`);
      return stdout;
    },
    portFlags: ['--port-base', String(port - usualPort)],
    url: `http://127.0.0.1:${port}/`,
    dirOf,
    async [Symbol.asyncDispose]() {
      for (const lab of ['lambda', 'kappa']) await runCli([lab, 'down', '--runtime', 'embedded'], { environment });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Above the usual one, as `--port-base` is never negative. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    if (port > usualPort && port <= usualPort + 55_000) return port;
  }
}
