/** Waits for the first answer that covers an event and equals the truth: the end of `up`. Watches the services meanwhile. */
import type { UpFlags } from '../config/flags.js';
import { LabError } from '../errors.js';
import type { ServingStore } from '../runtimes/ports.js';
import { type CheckedAnswer, compared, readChecked } from './answers.js';
import type { RunningLab } from './lab.js';
import { liveQuestions } from './live-version.js';
import type { CommandContext } from './report.js';

const pauseMs = 250;
const truthWaitMs = 3000;

/** `assertAlive` throws what ended one of the services, if it did. */
export async function firstExactAnswer(
  found: Pick<RunningLab, 'openStore'>,
  flags: Pick<UpFlags, 'rate'>,
  timeoutMs: number,
  { clock, signal, say }: CommandContext,
  assertAlive: () => Promise<void>,
): Promise<CheckedAnswer> {
  say('waiting for the first exact answer');
  await using store = await found.openStore();
  // A rate that was given at run time outlives the generator's own: one that is given here replaces it.
  if (flags.rate !== undefined) await store.changeWanted({ rate: flags.rate });
  const deadlineMs = clock.nowMs() + timeoutMs;
  for (let last = 'none was read yet'; ; ) {
    signal.throwIfAborted();
    const look = await lookOnce(store, clock);
    if (typeof look !== 'string') return look;
    if (look !== last) say(`  not yet: ${look}`);
    last = look;
    await assertAlive();
    if (clock.nowMs() > deadlineMs) throw tooLate(timeoutMs, last);
    await clock.sleep(pauseMs);
  }
}

/** The answer, or why there is none yet. Throws `fail` when it is wrong. */
async function lookOnce(store: ServingStore, clock: CommandContext['clock']): Promise<CheckedAnswer | string> {
  let checked: Awaited<ReturnType<typeof readChecked>>;
  try {
    // Whatever the live version answers: it need not be what the lab was born with.
    const [question] = await liveQuestions(store);
    checked = await readChecked(store, question!.name, clock, truthWaitMs);
  } catch (error) {
    if (!(error instanceof LabError) || error.kind !== 'unavailable') throw error;
    return error.message;
  }
  if ('unknown' in checked) return checked.unknown;
  if (checked.answer.messages === 0) return 'no event has been counted';
  const verdict = compared(checked);
  if (verdict === 'equal') return checked;
  if (verdict === 'unknown') return 'the validation view has not come to the position of an answer';
  const { position } = checked.answer;
  throw new LabError(`the answer at ${JSON.stringify(position)} differs from the truth`, {
    kind: 'fail',
    suggestion: `snacklab {lab} query ${checked.answer.question.name} shows both; report it with the output of snacklab {lab} logs`,
    detail: { position },
  });
}

function tooLate(timeoutMs: number, last: string): LabError {
  return new LabError(`no exact answer came within ${Math.round(timeoutMs)} ms (last look: ${last})`, {
    kind: 'unavailable',
    suggestion:
      'snacklab {lab} logs stream-runner, snacklab {lab} logs validation; the same command again goes on from what is there',
    detail: { last },
  });
}
