/** The environment of the command line, parsed once at its start. `inherited` goes on to `docker compose` as it is. */
import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Environment, parseEnvironment } from './service.js';

export interface CommandLineConfig {
  /** Where build contexts are staged; nothing is written into the package or the current folder. */
  readonly cacheFolder: string;
  /** Where embedded labs keep their data, unless told otherwise: the system's folder for application data. */
  readonly dataFolder: string;
  /** A company's certificate authorities, where `--ca` is not given. */
  readonly caFile: string | undefined;
  readonly imagePrefix: string;
  readonly baseImage: string;
  readonly nodeImage: string;
  readonly grafanaImage: string;
  /** What the lab's ingestion asks for, where it was set when the lab was brought up. */
  readonly ingestToken: string | undefined;
  /** The engine's address where it is not the one of docker's current context. */
  readonly dockerHost: string | undefined;
  /** The variables that programs started from here get. */
  readonly inherited: Environment;
}

const text = z.string().min(1);
const variables = z.object({
  XDG_CACHE_HOME: text.optional(),
  XDG_DATA_HOME: text.optional(),
  LOCALAPPDATA: text.optional(),
  SNACKLAB_CA: text.optional(),
  SNACKLAB_IMAGE_PREFIX: text.default('snacklab'),
  SNACKLAB_BASE_IMAGE: text.default('debian:bookworm-slim'),
  SNACKLAB_NODE_IMAGE: text.default('node:20-bookworm-slim'),
  SNACKLAB_GRAFANA_IMAGE: text.default('grafana/grafana:12.4.0'),
  SNACKLAB_INGEST_TOKEN: text.optional(),
  DOCKER_HOST: text.optional(),
});

export function commandLineConfig(
  environment: Environment = process.env,
  system: string = platform(),
): CommandLineConfig {
  const values = parseEnvironment(variables, withoutEmpty(environment));
  return {
    // A relative XDG path is to be ignored: XDG Base Directory Specification, "Environment variables".
    cacheFolder: join(absolute(values.XDG_CACHE_HOME) ?? join(homedir(), '.cache'), 'snacklab'),
    dataFolder: join(dataHome(values, system), 'snacklab'),
    caFile: values.SNACKLAB_CA,
    imagePrefix: values.SNACKLAB_IMAGE_PREFIX,
    baseImage: values.SNACKLAB_BASE_IMAGE,
    nodeImage: values.SNACKLAB_NODE_IMAGE,
    grafanaImage: values.SNACKLAB_GRAFANA_IMAGE,
    ingestToken: values.SNACKLAB_INGEST_TOKEN,
    dockerHost: values.DOCKER_HOST,
    inherited: environment,
  };
}

/** The variable that was set counts on any system; the rest is each system's own rule. */
function dataHome(values: Pick<z.output<typeof variables>, 'XDG_DATA_HOME' | 'LOCALAPPDATA'>, system: string): string {
  const set = absolute(values.XDG_DATA_HOME);
  if (set !== undefined) return set;
  if (system === 'darwin') return join(homedir(), 'Library', 'Application Support');
  if (system === 'win32') return values.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  return join(homedir(), '.local', 'share');
}

const absolute = (path: string | undefined) => (path?.startsWith('/') ? path : undefined);

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}
