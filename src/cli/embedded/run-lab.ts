/** A lab in this process, over an opened directory: its first pipeline, its services, and its generator, until it is stopped. */
import type { GeneratorSettings } from '../../config/service.js';
import { builtinQuestions } from '../../questions/builtin.js';
import type { Question } from '../../questions/question.js';
import type { LabName } from '../../resources.js';
import type { EmbeddedData } from '../../runtimes/embedded/open.js';
import type { ServiceScope } from '../../runtimes/service-scope.js';
import { ledgerFolderIn } from './directory.js';
import { type LabService, runServices, type ServiceState } from './keep-running.js';
import { generator, labServices } from './lab-services.js';

export interface EmbeddedLab {
  readonly data: EmbeddedData;
  readonly architecture: LabName;
  /** What its first version answers, where there is none yet. */
  readonly questions?: readonly Question[] | undefined;
  /** Undefined: another lab on the same log makes the events. */
  readonly generator: GeneratorSettings | undefined;
  /** From the start of one batch cycle to the start of the next; Lambda's only. */
  readonly batchEveryMs: number;
  /** Services of this lab beside what its architecture has. */
  readonly beside?: readonly LabService[];
}

/**
 * Runs a lab until `stop`, and ends orderly: what is in flight is acknowledged and noted, for which the scope's clock has to
 * go on after `stop`. `states` is kept up to date with how each service is. Throws what a service met that cannot go on.
 */
export async function runEmbeddedLab(
  { data, architecture, questions = builtinQuestions, generator: settings, batchEveryMs, beside = [] }: EmbeddedLab,
  scope: ServiceScope,
  states: ServiceState[] = [],
): Promise<void> {
  const { log, archive, followArchive, batchEngine, dir } = data;
  const store = await data.serving(architecture);
  await store.createPipeline(questions, await log.starts());
  const deadLetters = await data.deadLetters(architecture);
  const ports = { store, log, deadLetters, archive, followArchive, batchEngine };
  const services = labServices(architecture, ports, batchEveryMs);
  const openProducer = async () => log.openProducer();
  const making =
    settings === undefined
      ? []
      : [generator({ settings, store, openProducer, ledgerFolder: ledgerFolderIn(dir), clock: scope.clock })];
  await runServices([...making, ...services, ...beside], scope, states);
}
