/**
 * Builds the lab's images where they are missing: one tag a content, so what was built once is not built again.
 * Grafana is apart: its image comes from a registry, and where that cannot be had the lab is whole without it.
 */
import type Docker from 'dockerode';
import type { CommandLineConfig } from '../../config/command-line.js';
import { describeError, LabError } from '../../errors.js';
import type { LabName } from '../../resources.js';
import { type ComposeProject, type ComposeService, composeServices, runCompose } from './compose.js';
import { isGone } from './containers.js';

export interface BuildRequest {
  /** Build what is there already as well. */
  readonly force: boolean;
  readonly grafana: boolean;
  readonly grafanaImage: string;
  readonly signal: AbortSignal;
  /** A line on what happens now. */
  readonly say: (text: string) => void;
}

/** Whether Grafana takes part, or why it does not. */
export type GrafanaState = { readonly built: true } | { readonly built: false; readonly reason: string };

const buildTimeoutMs = 3_600_000;
const registryTimeoutMs = 15_000;
const pullTimeoutMs = 300_000;

/** The targets of engines/Dockerfile that a lab cannot do without. */
const targets: Readonly<Record<LabName, readonly string[]>> = {
  lambda: ['kafka', 'cassandra', 'hadoop', 'spark', 'service'],
  kappa: ['kafka', 'cassandra', 'spark', 'service'],
};

/** The names of a lab's own images. `archive` counts for Kappa only. */
export function imageNames(lab: LabName, prefix: string, tag: string, archive = false): readonly string[] {
  const wanted = lab === 'kappa' && archive ? [...targets.kappa, 'hadoop'] : targets[lab];
  return wanted.map((target) => `${prefix}/${target}:${tag}`);
}

/** What shapes the images beside the build context. */
export function buildArguments(config: CommandLineConfig): readonly string[] {
  return [config.baseImage, config.nodeImage, config.grafanaImage];
}

export async function buildImages(
  docker: Docker,
  project: ComposeProject,
  request: BuildRequest,
): Promise<GrafanaState> {
  const built = (await composeServices(project)).filter((service) => service.built);
  const engines = built.filter(({ name }) => name !== 'grafana');
  const missing = await missingImages(docker, engines, request.force);
  if (missing.length > 0) {
    const names = missing.map(({ image }) => image.replace(/^.*\/|:[^:]*$/g, ''));
    request.say(`building the images ${names.join(', ')} (some minutes the first time)`);
    await build(project, missing, request);
  }
  if (!request.grafana) return { built: false, reason: 'it was not wanted' };
  const grafana = built.filter(({ name }) => name === 'grafana');
  return buildGrafana(docker, project, grafana, request);
}

/** Whether an image is on this machine. */
export async function hasImage(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Whether the engine can have an image from its registry. Throws with the registry's or the network's reason. */
export async function askRegistry(docker: Docker, image: string, signal?: AbortSignal): Promise<void> {
  const limit = AbortSignal.timeout(registryTimeoutMs);
  const abortSignal = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  try {
    await docker.getImage(image).distribution({ abortSignal } as object);
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.aborted)
      throw new LabError(`its registry did not answer within ${registryTimeoutMs} ms`, { cause: error });
    throw error;
  }
}

/** The lines of a build that say what is being done, each once, without what was done before. */
export function buildSteps(say: (text: string) => void): (line: string) => void {
  const steps = new Map<string, string>();
  const over = new Set<string>();
  return (line) => {
    const [, id, text] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (id === undefined || text === undefined || over.has(id)) return;
    if (text.startsWith('[')) {
      // Said again whenever the lines of several steps take turns.
      if (!/^\[([^\]]* )?internal\]|\] FROM /.test(text)) steps.set(id, text);
      return;
    }
    const step = steps.get(id);
    if (step === undefined) return;
    over.add(id);
    // A step's first line tells whether it has to be done.
    if (text !== 'CACHED') say(step.replace(/\s+/g, ' ').slice(0, 110));
  };
}

async function build(
  project: ComposeProject,
  services: readonly ComposeService[],
  request: BuildRequest,
): Promise<void> {
  const { signal } = request;
  const args = ['--profile', '*', 'build', ...services.map(({ name }) => name)];
  try {
    await runCompose(project, args, { timeoutMs: buildTimeoutMs, signal, onLine: buildSteps(request.say) });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(error.message.replace('docker compose build', 'building the images'), {
      kind: 'unavailable',
      suggestion:
        'read the last lines above. Packages come from Debian, Maven Central and PyPI: behind a proxy set HTTPS_PROXY, ' +
        "with a company's certificates give --ca FILE. What was built is kept: run the same command again",
      detail: error.detail,
      cause: error.cause,
    });
  }
}

async function buildGrafana(
  docker: Docker,
  project: ComposeProject,
  services: readonly ComposeService[],
  request: BuildRequest,
): Promise<GrafanaState> {
  if (services.length === 0) return { built: false, reason: 'this lab has no dashboards' };
  if ((await missingImages(docker, services, request.force)).length === 0) return { built: true };
  try {
    if (!(await hasImage(docker, request.grafanaImage))) {
      await askRegistry(docker, request.grafanaImage, request.signal);
      request.say(`fetching ${request.grafanaImage}`);
      await pull(docker, request.grafanaImage, request.signal);
    }
    await build(project, services, request);
    return { built: true };
  } catch (error) {
    request.signal.throwIfAborted();
    return { built: false, reason: `${request.grafanaImage} could not be had (${describeError(error).trim()})` };
  }
}

async function pull(docker: Docker, image: string, signal: AbortSignal): Promise<void> {
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(pullTimeoutMs)]);
  const stream = await docker.pull(image, { abortSignal });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
}

async function missingImages(
  docker: Docker,
  services: readonly ComposeService[],
  force: boolean,
): Promise<readonly ComposeService[]> {
  const there = await Promise.all(services.map(({ image }) => !force && hasImage(docker, image)));
  return services.filter((_, i) => !there[i]);
}
