/**
 * Both architectures on one directory as a process of its own, for tests that kill it. Its one argument is a LabChild as
 * JSON. Each answer that its readers see is printed as a line of a history the moment it is there, and after it where the
 * log ends; what the services say goes to stderr. It ends orderly on SIGTERM, and by itself with the exit code of its error.
 */
import { type Seen, seenLines } from '../../src/checker/history.js';
import { runEmbeddedLab } from '../../src/cli/embedded/run-lab.js';
import { describeError, exitCodes, LabError } from '../../src/errors.js';
import { type EmbeddedData, openEmbedded } from '../../src/runtimes/embedded/open.js';
import { realClock } from '../../src/runtimes/service-scope.js';
import { readAnswer } from '../../src/serving/read-answer.js';

/** What the child is told. */
export interface LabChild {
  readonly dir: string;
  readonly seed: number;
  /** Events a second; 0 while answers are to reach the log's end. */
  readonly rate: number;
  readonly batchEveryMs: number;
  readonly segmentBytesMax: number;
  /** Each architecture's reader asks these in turn. */
  readonly questions: readonly string[];
}

const askEveryMs = 50;
const child = JSON.parse(process.argv[2]!) as LabChild;
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
// A file that grows beyond a limit of the process is an error of its write, like a full disk.
process.on('SIGXFSZ', () => {});
const clock = realClock();
const say = (line: string) => process.stderr.write(`${line}\n`);

try {
  await using data = await openEmbedded({ ...child, partitions: 3, say });
  const generator = {
    ...{ rate: child.rate, seed: child.seed, events: undefined, startTimeMs: undefined, dayMs: null },
    ...{ late: 0.02, duplicate: 0.05, malformed: 0.02 },
  };
  const scope = { stop: stopping.signal, clock, say };
  const own = { data, batchEveryMs: child.batchEveryMs };
  const labs = [
    runEmbeddedLab({ ...own, architecture: 'lambda', generator }, scope),
    runEmbeddedLab({ ...own, architecture: 'kappa', generator: undefined }, scope),
  ].map((running) => running.finally(() => stopping.abort()));
  const reading = [readInto(data, 'lambda'), readInto(data, 'kappa')];
  // Nothing may run on what is closed next: the first error is thrown once all have ended.
  await Promise.allSettled([...labs, ...reading]);
  await Promise.all(labs);
} catch (error) {
  const { kind, suggestion } = error instanceof LabError ? error : { kind: 'internal' as const, suggestion: undefined };
  say(`ended ${kind}: ${describeError(error)}; try: ${suggestion}`);
  process.exitCode = exitCodes[kind];
}

async function readInto(data: EmbeddedData, architecture: 'lambda' | 'kappa'): Promise<void> {
  const store = await data.serving(architecture);
  for (let turn = 0; !stopping.signal.aborted; turn++) {
    const question = child.questions[turn % child.questions.length]!;
    const askedMs = clock.nowMs();
    const asked = await readAnswer(store, question, clock).catch((error) => ({ unknown: describeError(error) }));
    const { question: declared, ...answer } = 'unknown' in asked ? { ...asked, question: undefined } : asked;
    const seen = { ...answer, declared, question, reader: 0, askedMs, seenMs: clock.nowMs() };
    // With all of its tables: an answer is also judged without those before it.
    for (const line of seenLines()(seen as Seen)) process.stdout.write(`${architecture} ${line}\n`);
    process.stdout.write(`ends ${JSON.stringify(await data.log.ends())}\n`);
    await clock.sleep(askEveryMs);
  }
}
