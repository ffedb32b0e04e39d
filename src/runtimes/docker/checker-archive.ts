/**
 * The archive as the checker reads it: printed by a program beside it, since HDFS can be read only from within the lab's
 * network. What it prints is taken as the archive's lines; whether it is all is for src/checker.
 */
import { z } from 'zod';
import { formatStretch } from '../../archive/printed-lines.js';
import { LinesReader } from '../../archive/read-lines.js';
import type { CheckedArchive } from '../../checker/archived-log.js';
import { LabError } from '../../errors.js';
import { runInContainer } from './container-exec.js';
import type { Engine, LabContainer } from './containers.js';

/** Beside the archive's own process, in the memory that it leaves. */
const program = ['node', '--max-old-space-size=96', '/opt/snacklab/archive-lines.mjs'];
/** It lists all files first, and reads what each holds: on a busy machine that is a minute for some hundreds. */
const silenceMsMax = 180_000;
const whole = z.number().int().nonnegative();
const printedStretches = z.array(z.object({ partition: whole, from: whole, until: whole }));

/** The archive of a lab; undefined where the lab has none. */
export function archiveOf(docker: Engine, containers: readonly LabContainer[]): CheckedArchive | undefined {
  const container = containers.find(({ service }) => service === 'archive');
  if (container === undefined) return undefined;
  const run = (args: readonly string[], onOutput: (piece: Buffer) => void) =>
    runInContainer(docker, container, { command: [...program, ...args], what: 'what it has', silenceMsMax, onOutput });
  return {
    async stretches() {
      const printed: Buffer[] = [];
      await run([], (piece) => printed.push(piece));
      return parseStretches(Buffer.concat(printed).toString('utf8'));
    },
    async readMessages(stretches, add) {
      const lines = new LinesReader();
      await run(stretches.map(formatStretch), (piece) => {
        for (const { partition, offset, value, timestampMs } of lines.take(piece)) {
          add(partition, offset, value, timestampMs);
        }
      });
      lines.end();
    },
  };
}

function parseStretches(text: string): z.output<typeof printedStretches> {
  try {
    return printedStretches.parse(JSON.parse(text));
  } catch (cause) {
    throw new LabError(`the archive did not print what it has, but: ${text.slice(0, 200)}`, { cause });
  }
}
