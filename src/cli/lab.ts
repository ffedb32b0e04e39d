/** A lab that is up, as commands use it: its containers, and its serving store through the port that they publish. */
import { LabError } from '../errors.js';
import { builtinQuestions } from '../questions/builtin.js';
import type { Question } from '../questions/question.js';
import type { LabName } from '../resources.js';
import { openCassandraStore } from '../runtimes/docker/cassandra-store.js';
import { publishedPort } from '../runtimes/docker/compose-settings.js';
import { connectEngine, type Engine, type LabContainer, listContainers } from '../runtimes/docker/containers.js';
import type { ServingStore } from '../runtimes/ports.js';
import type { CommandContext } from './report.js';
import { nearest } from './text.js';

export interface RunningLab {
  readonly docker: Engine;
  readonly containers: readonly LabContainer[];
}

/** The engine and the lab's containers. Throws `unavailable` when the lab has none. */
export async function findLab(lab: LabName, context: CommandContext): Promise<RunningLab> {
  const docker = await connectEngine(context.config);
  const containers = await listContainers(docker, lab);
  if (containers.length === 0) throw notUp(lab, 'has no containers');
  return { docker, containers };
}

/** The serving store of a lab. Throws `unavailable` when its Cassandra does not run. */
export function openStore(lab: LabName, containers: readonly LabContainer[]): Promise<ServingStore & AsyncDisposable> {
  const cassandra = containers.find(({ service }) => service === 'cassandra');
  const port = publishedPort(containers, 'cassandra');
  if (cassandra?.state !== 'running' || port === undefined) {
    throw notUp(lab, `has no running Cassandra (it is ${cassandra?.state ?? 'not there'})`);
  }
  return openCassandraStore({ contactPoint: `127.0.0.1:${port}`, architecture: lab });
}

/** The question of this name. Throws `usage` when there is none. */
export function questionNamed(name: string): Question {
  const question = builtinQuestions.find((one) => one.name === name);
  if (question !== undefined) return question;
  const names = builtinQuestions.map((one) => one.name);
  throw new LabError(`there is no question "${name}"`, {
    kind: 'usage',
    suggestion: nearest(name, names) ?? names.join(', or '),
    detail: { name, names },
  });
}

function notUp(lab: LabName, why: string): LabError {
  return new LabError(`the ${lab} lab ${why}`, { kind: 'unavailable', suggestion: `snacklab ${lab} up` });
}
