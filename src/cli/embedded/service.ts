/**
 * The process of an embedded lab, started by `up` and left running: `LAB DIR SETTINGS`. It runs the lab's services, serves
 * commands on a socket, and ends orderly on SIGTERM. What it prints goes to the directory's log, which it keeps bounded.
 */
import { z } from 'zod';
import { ingestionToken } from '../../config/service.js';
import { describeError, exitCodes, LabError, suggestionFor } from '../../errors.js';
import type { Door } from '../../ingestion/keep-ingestion.js';
import { openEmbedded } from '../../runtimes/embedded/open.js';
import { serveLab } from '../../runtimes/embedded/remote/server.js';
import { socketPathFor } from '../../runtimes/embedded/remote/socket-path.js';
import { realClock } from '../../runtimes/service-scope.js';
import { consoleService } from './console.js';
import { dataFolderIn, describeLab, type EmbeddedSettings, settingsSchema } from './directory.js';
import type { ServiceState } from './keep-running.js';
import { alerts, ingestion } from './lab-services.js';
import { boundLog } from './log-file.js';
import { ownMethods } from './own-methods.js';
import { runEmbeddedLab } from './run-lab.js';

const say = (line: string) => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);
const [lab, dir, settings] = parsedArguments(process.argv.slice(2));
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
// Its terminal may close: that is not its end.
process.on('SIGHUP', () => {});

try {
  say('lab: started');
  await run();
  say('lab: ended');
  process.exit(0);
} catch (error) {
  say(`lab: failed: ${describeError(error)}`);
  const suggestion = error instanceof LabError ? suggestionFor(error, lab) : undefined;
  if (suggestion !== undefined) say(`lab: try: ${suggestion}`);
  process.exit(exitCodes[error instanceof LabError ? error.kind : 'internal']);
}

async function run(): Promise<void> {
  const clock = realClock();
  await using data = await openEmbedded({ dir: dataFolderIn(dir), say: (line) => say(`runtime: ${line}`) });
  const states: ServiceState[] = [];
  const socket = await socketPathFor(dir);
  await describeLab(dir, { format: 1, lab, settings, socket, pid: process.pid });
  const own = ownMethods({ data, lab, settings, states, stop: () => stopping.abort() });
  await using _served = await serveLab(socket, { store: await data.serving(lab), log: data.log, lab: own });
  using _bound = boundLog(dir);
  const beside = [
    ingestion({ producer: data.log.openProducer(), doors: await doors() }),
    alerts(lab, await data.serving(lab)),
    ...(settings.console ? [consoleService({ data, lab, dir, settings })] : []),
  ];
  const { questions, batchEveryMs } = settings;
  await runEmbeddedLab(
    { data, architecture: lab, questions, generator: generatorOf(settings), batchEveryMs, beside },
    { stop: stopping.signal, clock, say },
    states,
  );
}

/** Its user's own socket always, and a port where one was asked for. */
async function doors(): Promise<Door[]> {
  const { ingestPort: port, ingestHost: host = '127.0.0.1' } = settings;
  const own = { listen: { path: await socketPathFor(dir, 'ingest.sock') }, access: { token: undefined } };
  if (port === undefined) return [own];
  return [own, { listen: { host, port }, access: { token: ingestionToken() } }];
}

function generatorOf({ rate, seed, events, startTimeMs, dayMs, late, duplicate, malformed }: EmbeddedSettings) {
  return { rate, seed, events, startTimeMs, dayMs, late, duplicate, malformed };
}

/** Given by `up`, which has judged them: what does not fit is a mistake of snacklab's. */
function parsedArguments([lab, dir, text]: readonly string[]): ['lambda' | 'kappa', string, EmbeddedSettings] {
  const json: unknown = JSON.parse(text ?? 'null');
  return [z.enum(['lambda', 'kappa']).parse(lab), z.string().min(1).parse(dir), settingsSchema.parse(json)];
}
