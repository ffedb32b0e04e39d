/**
 * `generator fill`: a log of so many messages, as a replay needs one. The generator runs fast until they are there, then
 * as before; it ends when the live version has counted them.
 */
import { fillFlags, messagesArgument, parseArgument, parseFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import { messagesBetween } from '../../positions/position.js';
import type { Log, ServingStore } from '../../runtimes/ports.js';
import { behind } from '../../versions/versions.js';
import { findLab } from '../lab.js';
import { liveHead } from '../live-version.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { grouped } from '../text.js';

const lookEveryMs = 500;
const sayEveryMs = 5_000;
/** The generator looks at what is wanted once a second, and a batch job may take all of a small machine for a while. */
const stillMsMax = 180_000;

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const { lab } = input;
  const messages = parseArgument(messagesArgument, 'the number of messages', input.arguments[0]);
  const { rate } = parseFlags(fillFlags, input.options);
  const found = await findLab(input, context);
  await using store = await found.openStore();
  await using log = await found.openLog();
  const there = await fillLog(store, log, { messages, rate }, context);
  const { rate: events, paused } = await store.readWanted();
  const document = { schema: 'snacklab/generator', version: 1, lab, rate: events, paused, messages: there } as const;
  return { document, text: `the log has ${grouped(there)} messages, and the live version has counted them` };
}

export interface Fill {
  readonly messages: number;
  /** Events a second until they are there. */
  readonly rate: number;
}

type Store = Pick<ServingStore, 'readHeads' | 'readWanted' | 'changeWanted'>;
type Context = Pick<CommandContext, 'clock' | 'signal' | 'say'>;

/**
 * Resolves with how many messages the log has when the live version has counted so many. What the generator is wanted to
 * do is afterwards what it was, also when this fails or is interrupted. Throws `unavailable` when nothing moves any more.
 */
export async function fillLog(
  store: Store,
  log: Pick<Log, 'starts' | 'ends'>,
  { messages, rate }: Fill,
  context: Context,
): Promise<number> {
  const extent = async () => {
    const [starts, ends] = await Promise.all([log.starts(), log.ends()]);
    return { ends, count: messagesBetween(starts, ends) };
  };
  if ((await extent()).count < messages) {
    const before = await store.readWanted();
    await store.changeWanted({ rate, paused: false });
    try {
      await untilCount('the log has', messages, async () => (await extent()).count, context);
    } finally {
      await store.changeWanted({ rate: before.rate, paused: before.paused });
    }
  }
  const { ends, count } = await extent();
  const uncounted = async () => behind(liveHead(await store.readHeads()), ends);
  await untilCount('counted of them:', count, async () => count - (await uncounted()), context);
  return count;
}

async function untilCount(what: string, wanted: number, ask: () => Promise<number>, context: Context): Promise<void> {
  const { clock, signal, say } = context;
  let moved = { count: -1, atMs: clock.nowMs() };
  let saidMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    signal.throwIfAborted();
    const count = await ask();
    if (count >= wanted) return;
    const nowMs = clock.nowMs();
    if (count > moved.count) moved = { count, atMs: nowMs };
    if (nowMs - moved.atMs > stillMsMax) throw standsStill(what, count, wanted);
    if (nowMs - saidMs >= sayEveryMs) {
      saidMs = nowMs;
      say(`  ${what} ${grouped(count)} of ${grouped(wanted)} messages`);
    }
    await clock.sleep(lookEveryMs);
  }
}

function standsStill(what: string, count: number, wanted: number): LabError {
  return new LabError(`${what} ${count} of ${wanted} messages, and has stood there for ${stillMsMax} ms`, {
    kind: 'unavailable',
    suggestion: 'snacklab {lab} status; a generator that was given --events makes no more than those',
    detail: { count, wanted },
  });
}
