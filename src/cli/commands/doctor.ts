/** `doctor`: each thing that a lab needs from this machine, and what to do about those that are missing. */
import { doctorFlags, parseFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import { readContext } from '../../runtimes/docker/build-context.js';
import { buildArguments, imageNames } from '../../runtimes/docker/compose-build.js';
import { defaultSettings } from '../../runtimes/docker/compose-settings.js';
import { connectEngine } from '../../runtimes/docker/containers.js';
import { type Check, engineCheck, judgeMachine } from '../../runtimes/docker/doctor.js';
import { gatherFacts } from '../../runtimes/docker/doctor-facts.js';
import type { CommandContext, CommandInput, Report } from '../report.js';

export async function run({ lab, options }: CommandInput, context: CommandContext): Promise<Report> {
  const { portBase, ca } = parseFlags(doctorFlags, options);
  const { config } = context;
  const { ownImages, check } = await packageCheck(ca, context);
  const checks = [...(await machineChecks()), check];
  const ready = checks.every(({ verdict }) => verdict !== 'missing');
  const document = { schema: 'snacklab/doctor', version: 1, ready, checks } as const;
  return { document, text: doctorText(checks, ready), verdict: ready ? 'pass' : 'unavailable' };

  async function machineChecks(): Promise<readonly Check[]> {
    const engine = await connectEngine(config).catch((error: unknown) => {
      if (error instanceof LabError) return error;
      throw error;
    });
    if (engine instanceof LabError) return [engineCheck(engine)];
    const needs = { lab, portBase, archive: false, grafana: true, ownImages, optionalImages: true };
    return judgeMachine(await gatherFacts(engine, config, needs), 'lambda', { ...defaultSettings, portBase });
  }
}

/** Whether the package has what images are built from, and what those images are called. */
async function packageCheck(
  ca: string | undefined,
  { config, resources }: CommandContext,
): Promise<{ ownImages: readonly string[]; check: Check }> {
  const name = 'package';
  try {
    const { tag } = await readContext(resources, {
      caFile: ca ?? config.caFile,
      buildArguments: buildArguments(config),
    });
    const ownImages = imageNames('lambda', config.imagePrefix, tag);
    return { ownImages, check: { name, verdict: 'ok', finding: `snacklab ${resources.version}, images ${tag}` } };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const remedy = error.suggestion === undefined ? {} : { remedy: error.suggestion };
    return { ownImages: [], check: { name, verdict: 'missing', finding: error.message, ...remedy } };
  }
}

/** The checks as a reader sees them. What to do is said once, below the first finding that asks for it. */
export function doctorText(checks: readonly Check[], ready: boolean): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const said = new Set<string>();
  const lines = checks.flatMap(({ name, verdict, finding, remedy }) => {
    const line = `${verdict.padEnd(7)}  ${name.padEnd(width)}  ${finding}`;
    if (verdict === 'ok' || remedy === undefined || said.has(remedy)) return [line];
    said.add(remedy);
    return [line, `${' '.repeat(width + 11)}Try: ${remedy}`];
  });
  return [...lines, '', ready ? 'This machine can run the labs.' : 'This machine cannot run the labs yet.'].join('\n');
}
