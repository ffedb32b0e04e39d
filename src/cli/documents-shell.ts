/** What `shell --json` prints: what would be run; nothing is run then. */
import { z } from 'zod';
import { toolNames } from '../runtimes/docker/engine-tools.js';
import { lab } from './documents-common.js';

export const shell = z
  .object({
    schema: z.literal('snacklab/shell'),
    version: z.literal(1),
    lab,
    tool: z.enum(toolNames),
    container: z.string(),
    command: z.array(z.string()).describe('A word each.'),
  })
  .describe("`shell`: the command that opens one of the engines' own tools.");
export type ShellDocument = z.infer<typeof shell>;
