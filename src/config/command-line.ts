/** The environment of the command line, parsed once at its start. `inherited` goes on to `docker compose` as it is. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Environment, parseEnvironment } from './service.js';

export interface CommandLineConfig {
  /** Where build contexts are staged; nothing is written into the package or the current folder. */
  readonly cacheFolder: string;
  /** A company's certificate authorities, where `--ca` is not given. */
  readonly caFile: string | undefined;
  readonly imagePrefix: string;
  readonly baseImage: string;
  readonly nodeImage: string;
  readonly grafanaImage: string;
  /** The engine's address where it is not the one of docker's current context. */
  readonly dockerHost: string | undefined;
  /** The variables that programs started from here get. */
  readonly inherited: Environment;
}

const text = z.string().min(1);
const variables = z.object({
  XDG_CACHE_HOME: text.optional(),
  SNACKLAB_CA: text.optional(),
  SNACKLAB_IMAGE_PREFIX: text.default('snacklab'),
  SNACKLAB_BASE_IMAGE: text.default('debian:bookworm-slim'),
  SNACKLAB_NODE_IMAGE: text.default('node:20-bookworm-slim'),
  SNACKLAB_GRAFANA_IMAGE: text.default('grafana/grafana:12.4.0'),
  DOCKER_HOST: text.optional(),
});

export function commandLineConfig(environment: Environment = process.env): CommandLineConfig {
  const values = parseEnvironment(variables, withoutEmpty(environment));
  return {
    // A relative XDG path is to be ignored: XDG Base Directory Specification, "Environment variables".
    cacheFolder: join(absolute(values.XDG_CACHE_HOME) ?? join(homedir(), '.cache'), 'snacklab'),
    caFile: values.SNACKLAB_CA,
    imagePrefix: values.SNACKLAB_IMAGE_PREFIX,
    baseImage: values.SNACKLAB_BASE_IMAGE,
    nodeImage: values.SNACKLAB_NODE_IMAGE,
    grafanaImage: values.SNACKLAB_GRAFANA_IMAGE,
    dockerHost: values.DOCKER_HOST,
    inherited: environment,
  };
}

const absolute = (path: string | undefined) => (path?.startsWith('/') ? path : undefined);

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}
