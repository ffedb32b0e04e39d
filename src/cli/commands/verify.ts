/** `verify`: reads answers as a user would while the lab runs, saves them, and has them judged against the log. */
import { withArchive } from '../../checker/archived-log.js';
import { LedgerSearch, type LedgerVerdict, unknownLedger } from '../../checker/ledger.js';
import { type CheckedLog, judgeAgain, verify } from '../../checker/verify.js';
import { parseFlags, verifyFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import type { LabName } from '../../resources.js';
import { archiveOf } from '../../runtimes/docker/checker-archive.js';
import { openCheckerLog } from '../../runtimes/docker/checker-log.js';
import { publishedPort } from '../../runtimes/docker/compose-settings.js';
import { readGeneratorLedger } from '../../runtimes/docker/generator-ledger.js';
import type { ServingStore } from '../../runtimes/ports.js';
import { readAnswer } from '../../serving/read-answer.js';
import { findLab, liveQuestions, openStore, questionNamed } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { historyFile, historySaver, savedHistory } from './verify-history.js';
import { verifyText } from './verify-text.js';

type Verdict = 'pass' | 'unknown' | 'fail';

export async function run({ lab, options }: CommandInput, context: CommandContext): Promise<Report> {
  const { seconds, question, afterKill, ledger, history } = parseFlags(verifyFlags, options);
  const saved = history === undefined ? undefined : await savedHistory(history);
  const file = history ?? (await historyFile(context, lab));
  const again = `snacklab ${lab} verify --history ${file}`;
  context.say(`to judge this again: ${again}`);

  await using log = await openLog(lab, afterKill, context);
  const ledgerLines = ledger ? await attempt(() => ledgerOf(lab, context)) : undefined;
  await using reader = answerReader(lab, context);
  // A lab that is not up is no unknown answer: it is said at once. After a kill it may be on its way up.
  const questions = saved === undefined ? await reader.questions(question, afterKill) : [];
  const { clock } = context;
  const surroundings = { ask: reader.ask, extent: log.extent, clock, save: historySaver(file) };
  const verification =
    saved === undefined
      ? await verify({ lab, questions, seconds, afterKill }, surroundings, log)
      : await judgeAgain(saved, log, clock);
  context.signal.throwIfAborted();

  const found = ledgerLines === undefined ? null : await searchLedger(ledgerLines, log);
  const verdict = worst(verification.verdict, found?.verdict ?? 'pass');
  const named = { schema: 'snacklab/verify', version: 1, lab, again, history: file } as const;
  const document = { ...named, ...verification, verdict, ledger: found };
  return { document, text: verifyText(document), verdict };
}

/** Reads answers; it connects when it is first asked, and again after a failure to connect. */
function answerReader(lab: LabName, context: CommandContext) {
  let opening: Promise<ServingStore & AsyncDisposable> | undefined;
  const open = () => {
    opening ??= findLab(lab, context).then(({ containers }) => openStore(lab, containers));
    opening.catch(() => {
      opening = undefined;
    });
    return opening;
  };
  return {
    ask: async (name: string) => {
      const answer = await readAnswer(await open(), name, context.clock);
      if ('unknown' in answer) return answer;
      const { question: declared, ...rest } = answer;
      return { ...rest, declared };
    },
    /** The names of what is to be asked: one question, or all that the live version answers now. */
    questions: (only: string | undefined, afterKill: boolean) =>
      patiently(context, afterKill ? patienceAfterKillMs : 0, async () => {
        const questions = await liveQuestions(await open());
        return only === undefined ? questions.map(({ name }) => name) : [questionNamed(only, questions).name];
      }),
    [Symbol.asyncDispose]: async () => (await opening?.catch(() => undefined))?.[Symbol.asyncDispose](),
  };
}

const patienceAfterKillMs = 60_000;

/** After a kill Kafka itself may be on its way up. */
function openLog(lab: LabName, afterKill: boolean, context: CommandContext): ReturnType<typeof openCheckerLog> {
  return patiently(context, afterKill ? patienceAfterKillMs : 0, async () => {
    const { docker, containers } = await findLab(lab, context);
    const port = publishedPort(containers, 'kafka');
    if (port === undefined) {
      throw new LabError(`the ${lab} lab has no Kafka`, { kind: 'unavailable', suggestion: `snacklab ${lab} up` });
    }
    const log = await openCheckerLog(`127.0.0.1:${port}`);
    // Lambda's answers are made from its archive: that is not what they are judged by.
    const archive = lab === 'kappa' ? archiveOf(docker, containers) : undefined;
    return archive === undefined ? log : withArchive(log, archive, context.say);
  });
}

/** Tries until it works, for at most `patienceMs` while an engine is away. */
async function patiently<T>({ clock }: CommandContext, patienceMs: number, effect: () => Promise<T>): Promise<T> {
  const deadlineMs = clock.nowMs() + patienceMs;
  for (;;) {
    try {
      return await effect();
    } catch (error) {
      if (!(error instanceof LabError) || error.kind === 'usage' || clock.nowMs() >= deadlineMs) throw error;
    }
    await clock.sleep(500);
  }
}

/** The ledger comes before the log: what it calls acknowledged is then demanded of what is read later. */
async function ledgerOf(lab: LabName, context: CommandContext): Promise<LedgerSearch> {
  const { docker, containers } = await findLab(lab, context);
  return new LedgerSearch(await readGeneratorLedger(docker, containers));
}

async function searchLedger(ledger: LedgerSearch | Failure, log: CheckedLog): Promise<LedgerVerdict> {
  if ('failure' in ledger) return unknownLedger(ledger.failure);
  const read = await attempt(async () => {
    const { starts, ends } = await log.extent();
    await log.readMessages(starts, ends, (_partition, _offset, value) => ledger.add(value));
    return ledger.finish();
  });
  return 'failure' in read ? unknownLedger(read.failure) : read;
}

interface Failure {
  readonly failure: unknown;
}

async function attempt<T>(effect: () => Promise<T>): Promise<T | Failure> {
  try {
    return await effect();
  } catch (failure) {
    return { failure };
  }
}

function worst(a: Verdict, b: Verdict): Verdict {
  return [a, b].includes('fail') ? 'fail' : [a, b].includes('unknown') ? 'unknown' : 'pass';
}
