/** What a command gives back instead of printing: one shape for all; ./output.ts turns it into text or JSON. */
import type { CommandLineConfig } from '../config/command-line.js';
import type { FailureKind } from '../errors.js';
import type { LabName, Resources } from '../resources.js';
import type { Clock } from '../runtimes/ports.js';
import type { Document } from './documents.js';

export interface Report {
  readonly document: Document;
  /** The same for a reader, without a newline at its end. */
  readonly text: string;
  /** For a report that is one of many: one line where the terminal cannot be redrawn. */
  readonly line?: string;
  /** What the process ends with; `pass` unless said otherwise. */
  readonly verdict?: FailureKind;
}

/** A command's result: one report, or one after the other until the user has seen enough. */
export type Reports = Promise<Report> | AsyncIterable<Report>;

export interface CommandInput {
  readonly lab: LabName;
  readonly arguments: readonly string[];
  /** As the command line gives them: texts, or true and false. Each command parses its own. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface CommandContext {
  readonly config: CommandLineConfig;
  readonly resources: Resources;
  readonly clock: Clock;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** A line about what happens now; it goes to stderr. */
  readonly say: (text: string) => void;
}

export type Command = (input: CommandInput, context: CommandContext) => Reports;
