/** `verify`: reads answers as a user would while the lab runs, saves them, and has them judged against the log. */
import { LedgerSearch, type LedgerVerdict, unknownLedger } from '../../checker/ledger.js';
import { type CheckedLog, judgeAgain, verify } from '../../checker/verify.js';
import { parseFlags, runtimeFlags, verifyFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import type { ServingStore } from '../../runtimes/ports.js';
import { type AnswerSource, readAnswer } from '../../serving/read-answer.js';
import { rereadingStore } from '../../serving/rereading-store.js';
import { findLab, type RunningLab } from '../lab.js';
import { liveQuestions, questionNamed } from '../live-version.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { historyFile, historySaver, savedHistory } from './verify-history.js';
import { verifyText } from './verify-text.js';

type Verdict = 'pass' | 'unknown' | 'fail';

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const { lab, options } = input;
  const { seconds, atMost = seconds, question, afterKill, ledger, history } = parseFlags(verifyFlags, options);
  const saved = history === undefined ? undefined : await savedHistory(history);
  const file = history ?? (await historyFile(context, lab));
  const again = `snacklab ${lab} verify --history ${file}${runtimeText(options)}`;
  context.say(`to judge this again: ${again}`);

  await using log = await openLog(input, afterKill, context);
  const ledgerLines = ledger ? await attempt(() => ledgerOf(input, context)) : undefined;
  await using reader = answerReader(input, context);
  // A lab that is not up is no unknown answer: it is said at once. After a kill it may be on its way up.
  const questions = saved === undefined ? await reader.questions(question, afterKill) : [];
  const { clock } = context;
  const surroundings = { ask: reader.ask, extent: log.extent, clock, save: historySaver(file) };
  const verification =
    saved === undefined
      ? await verify({ lab, questions, seconds, secondsAtMost: atMost, afterKill }, surroundings, log)
      : await judgeAgain(saved, log, clock);
  context.signal.throwIfAborted();

  const found = ledgerLines === undefined ? null : await searchLedger(ledgerLines, log);
  const verdict = worst(verification.verdict, found?.verdict ?? 'pass');
  const named = { schema: 'snacklab/verify', version: 1, lab, again, history: file } as const;
  const document = { ...named, ...verification, verdict, ledger: found };
  return { document, text: verifyText(document), verdict };
}

/** The flags that name the lab, as they were given: to judge again is to ask the same lab. */
function runtimeText(options: CommandInput['options']): string {
  const { runtime, dir } = parseFlags(runtimeFlags, options);
  return `${runtime === undefined ? '' : ` --runtime ${runtime}`}${dir === undefined ? '' : ` --dir ${dir}`}`;
}

/** Reads answers; it connects when it is first asked, and again after a failure to connect. */
function answerReader(input: CommandInput, context: CommandContext) {
  let opening: Promise<ServingStore & AnswerSource & AsyncDisposable> | undefined;
  const open = () => {
    opening ??= findLab(input, context).then(async (found) => rereadingStore(await found.openStore()));
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

/** After a kill the log itself may be on its way up. */
function openLog(
  input: CommandInput,
  afterKill: boolean,
  context: CommandContext,
): ReturnType<RunningLab['openCheckerLog']> {
  return patiently(context, afterKill ? patienceAfterKillMs : 0, async () =>
    (await findLab(input, context)).openCheckerLog(context.say),
  );
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
async function ledgerOf(input: CommandInput, context: CommandContext): Promise<LedgerSearch> {
  return new LedgerSearch(await (await findLab(input, context)).ledgerLines());
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
