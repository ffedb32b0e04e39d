/**
 * A lab as commands use it, whichever runtime it runs in: its serving store, its log, and its parts. Which runtime that is,
 * is found out here and nowhere else; the clients of each are loaded when a lab of it is found.
 */
import type { CheckedLog } from '../checker/verify.js';
import type { LabError } from '../errors.js';
import type { Position } from '../positions/position.js';
import type { Question } from '../questions/question.js';
import type { LabName } from '../resources.js';
import type { ToolName } from '../runtimes/docker/engine-tools.js';
import type { Log, ServiceReport, ServingStore } from '../runtimes/ports.js';
import type { Heads } from '../serving/head.js';
import { chooseRuntime, type Runtime } from './choose-runtime.js';
import type { StatusDocument } from './documents.js';
import type { ArchiveReport } from './replay-reach.js';
import type { CommandContext, CommandInput } from './report.js';

export interface RunningLab {
  readonly lab: LabName;
  readonly runtime: Runtime;
  /** Why it cannot be used, where it is not up: what is to be thrown then. */
  readonly absent: LabError | undefined;
  /** Throws `unavailable` when the store cannot be reached. */
  openStore(): Promise<ServingStore & AsyncDisposable>;
  /** Throws `unavailable` when the log cannot be reached, at the latest after `patienceMs`. */
  openLog(patienceMs?: number): Promise<Log & AsyncDisposable>;
  /** The log as the checker reads it. `say` is told what of it is left out. */
  openCheckerLog(say: (line: string) => void): Promise<CheckedLog & AsyncDisposable>;
  /** Where events are sent to. Throws `unavailable` where nothing takes them. */
  ingestionAddress(): Promise<IngestionAddress>;
  /** The lines of the generator's ledger, as it prints it for a checker. */
  ledgerLines(): Promise<readonly string[]>;
  /** Throws where one more version would find no room. */
  mustHaveRoom(heads: Heads): Promise<void>;
  /** Makes the tables in which a version's questions are served, where they are not there yet. */
  createServedTables(questions: readonly Question[]): Promise<void>;
  /** What an archive that a replay may read from last said; undefined where there is none. */
  archiveSaid(reports: readonly Pick<ServiceReport, 'service' | 'report'>[]): ArchiveReport | null | undefined;
  parts(): Promise<LabParts>;
  /**
   * The container that has one of the engines' own tools. Throws `usage` where the lab has no such engine, `unavailable`
   * while none that has it runs.
   */
  toolContainer(tool: ToolName): string;
  /** What one service prints, or all. Throws `usage` when there is none of that name. */
  logs(service: string | undefined): Promise<LabLogs>;
}

/** A port of this machine, or a socket in its file system. */
export type IngestionAddress = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/** What a lab consists of, for `status`. */
export type LabParts = Pick<StatusDocument, 'running' | 'services' | 'memoryBytes' | 'pages'>;

/** A line that a service printed. */
export interface LogLine {
  readonly container: string;
  /** ISO 8601. */
  readonly at: string;
  readonly text: string;
}

export interface LabLogs {
  /** The last lines, by time. */
  read(tail: number): Promise<readonly LogLine[]>;
  /** Lines as they are printed, beginning with the last ones, until the signal or until there is nothing to follow. */
  follow(tail: number, signal: AbortSignal): AsyncIterable<LogLine>;
  lineText(line: LogLine): string;
}

/** The lab that a command means. Throws `unavailable` when it is not up. */
export async function findLab(
  input: Pick<CommandInput, 'lab' | 'options'>,
  context: CommandContext,
): Promise<RunningLab> {
  const found = await locateLab(input, context);
  if (found.absent !== undefined) throw found.absent;
  return found;
}

/** The lab that a command means, also when it is not up. */
export async function locateLab(
  input: Pick<CommandInput, 'lab' | 'options'>,
  context: CommandContext,
): Promise<RunningLab> {
  const choice = await chooseRuntime(input, context);
  if (choice.runtime === 'embedded') {
    const { embeddedLab } = await import('./embedded-lab.js');
    return embeddedLab(input.lab, choice);
  }
  const { connectDockerLab } = await import('./docker-lab.js');
  return connectDockerLab(input.lab, context.config);
}

/** The first and the next offset of each partition. */
export interface LogExtent {
  readonly starts: Position;
  readonly ends: Position;
}

/** Undefined where the log cannot be asked: the rest is worth having without it. */
export async function logExtent(found: Pick<RunningLab, 'openLog'>): Promise<LogExtent | undefined> {
  try {
    await using log = await found.openLog(5000);
    const [starts, ends] = await Promise.all([log.starts(), log.ends()]);
    return { starts, ends };
  } catch {
    return undefined;
  }
}
