/**
 * A directory at rest, judged from outside: all that was acknowledged is in the log as often as it was, each answer
 * that was seen is the fold of the log up to its position, and no reader went back. The checker's code only.
 */
import { join } from 'node:path';
import { readLedgerFile } from '../../generator/ledger-file.js';
import { printedLines } from '../../generator/printed-ledger.js';
import { endLine, type History, parseHistory, startLine } from '../../src/checker/history.js';
import { LedgerSearch, type LedgerVerdict } from '../../src/checker/ledger.js';
import { type CheckedLog, judgeAgain, type Verification } from '../../src/checker/verify.js';
import { messagesBetween, type Position } from '../../src/positions/position.js';
import type { LabName } from '../../src/resources.js';
import { type EmbeddedData, openEmbedded } from '../../src/runtimes/embedded/open.js';

export interface JudgedDirectory {
  readonly ledger: LedgerVerdict;
  readonly lambda: Verification;
  readonly kappa: Verification;
  readonly messages: number;
  readonly ends: Position;
}

/** Judges the lines that lab-child.ts printed, of any number of its lives, against the directory as it is now. */
export async function judgeDirectory(
  dir: string,
  lines: readonly string[],
  questions: readonly string[],
): Promise<JudgedDirectory> {
  // The ledger before the log: what it calls acknowledged is then demanded.
  const search = new LedgerSearch(
    [...printedLines(await readLedgerFile(join(dir, 'ledger')))].map((line) => JSON.stringify(line)),
  );
  await using data = await openEmbedded({ dir, say: () => {} });
  const { starts, ends } = await extentOf(data);
  await readLog(data, starts, ends, (_partition, _offset, value) => search.add(value));
  const judged = (lab: LabName) => judgeLab(data, lab, lines, questions);
  const verdicts = { lambda: await judged('lambda'), kappa: await judged('kappa') };
  return { ledger: search.finish(), ...verdicts, messages: messagesBetween(starts, ends), ends };
}

/** The lines of one lab, as the history of one run. */
function historyOf(
  lab: LabName,
  lines: readonly string[],
  questions: readonly string[],
  extent: { readonly starts: Position; readonly ends: Position },
): Promise<History> {
  const prefix = `${lab} `;
  // What a kill cut off is no line.
  const seen = lines
    .filter((line) => line.startsWith(prefix) && line.endsWith('}'))
    .map((line) => line.slice(prefix.length));
  const experiment = { lab, questions, seconds: 0, secondsAtMost: 0, afterKill: true };
  return parseHistory([startLine(experiment, 0, extent), ...seen, endLine(Date.now(), extent)]);
}

async function judgeLab(
  data: EmbeddedData,
  lab: LabName,
  lines: readonly string[],
  questions: readonly string[],
): Promise<Verification> {
  const history = await historyOf(lab, lines, questions, await extentOf(data));
  return judgeAgain(history, checkedLog(data, lab), { nowMs: Date.now });
}

function checkedLog(data: EmbeddedData, lab: LabName): CheckedLog {
  return {
    extent: () => extentOf(data),
    readMessages: (from, ends, add) => readLog(data, from, ends, add),
    deadLetterKeys: () =>
      data.database.transaction(async ({ all }) => {
        const rows = await all(`SELECT "partition", "offset" FROM "${lab}".dead_letters`);
        return rows.map((row) => `${row.partition}:${row.offset}`);
      }),
  };
}

async function extentOf({ log }: EmbeddedData) {
  return { starts: await log.starts(), ends: await log.ends() };
}

type Add = (partition: number, offset: number, value: Uint8Array | null, timestampMs: number) => void;

async function readLog({ log }: EmbeddedData, from: Position, ends: Position, add: Add): Promise<void> {
  await using reader = await log.read(from);
  for (let left = messagesBetween(from, ends); left > 0; ) {
    const messages = await reader.next(0);
    if (messages.length === 0) throw new Error(`the log ended ${left} messages before ${ends}`);
    for (const { partition, offset, value, timestampMs } of messages) add(partition, offset, value, timestampMs);
    left -= messages.length;
  }
}
