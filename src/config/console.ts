/** The environment of the console in a container: where it listens, and what it cannot ask a Docker engine for. */
import { z } from 'zod';
import { usualConsolePort } from '../console/addresses.js';
import {
  archiveAddress,
  type Environment,
  emptyIsUnset,
  parseEnvironment,
  type ServiceConfig,
  serviceConfig,
} from './service.js';

export interface ConsoleConfig extends ServiceConfig {
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
  /** Whether the network that `host` is of is the lab's own. */
  readonly isPrivate: boolean;
  /** What versions have room in. */
  readonly room: { readonly sparkWorkers: number; readonly runnerBytes: number | undefined };
  /** Where Kappa's archive is; undefined where it has none. */
  readonly webhdfs: string | undefined;
  readonly version: string;
}

const own = z.object({
  SNACKLAB_CONSOLE_HOST: z.string().min(1).default('127.0.0.1'),
  SNACKLAB_CONSOLE_PORT: z.coerce.number().int().min(1).max(65_535).default(usualConsolePort),
  SNACKLAB_CONSOLE_TOKEN: z.preprocess(emptyIsUnset, z.string().optional()),
  SNACKLAB_CONSOLE_NETWORK: z.enum(['private', 'open']).default('open'),
  SNACKLAB_SPARK_WORKERS: z.coerce.number().int().min(1).default(1),
  SNACKLAB_STREAM_RUNNER_MEMORY: z
    .string()
    .regex(/^\d+m$/, 'must be MiB, such as 2560m')
    .optional(),
  SNACKLAB_TAG: z.string().default('dev'),
});

export function consoleConfig(environment: Environment = process.env): ConsoleConfig {
  const values = parseEnvironment(own, environment);
  const memory = values.SNACKLAB_STREAM_RUNNER_MEMORY;
  const runnerBytes = memory === undefined ? undefined : Number.parseInt(memory, 10) * 2 ** 20;
  return {
    ...serviceConfig(environment),
    host: values.SNACKLAB_CONSOLE_HOST,
    port: values.SNACKLAB_CONSOLE_PORT,
    token: values.SNACKLAB_CONSOLE_TOKEN,
    isPrivate: values.SNACKLAB_CONSOLE_NETWORK === 'private',
    room: { sparkWorkers: values.SNACKLAB_SPARK_WORKERS, runnerBytes },
    webhdfs: archiveAddress(environment),
    version: values.SNACKLAB_TAG,
  };
}
