/** What commands may ask an embedded lab's process about itself, and how they read the answer. */
import { z } from 'zod';
import { findResources, type LabName } from '../../resources.js';
import type { EmbeddedData } from '../../runtimes/embedded/open.js';
import { protocolVersion } from '../../runtimes/embedded/remote/protocol.js';
import { type EmbeddedSettings, settingsSchema } from './directory.js';
import type { ServiceState } from './keep-running.js';

/** What a process says of itself. */
export const aboutSchema = z.object({
  protocol: z.number().int(),
  version: z.string(),
  lab: z.enum(['lambda', 'kappa']),
  pid: z.number().int(),
  startedMs: z.number(),
  memoryBytes: z.number(),
  settings: settingsSchema,
  services: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['running', 'restarting', 'ended']),
      restarts: z.number().int(),
      lastError: z.string().nullable(),
    }),
  ),
});
export type About = Readonly<z.infer<typeof aboutSchema>>;

interface OwnState {
  readonly data: EmbeddedData;
  readonly lab: LabName;
  readonly settings: EmbeddedSettings;
  readonly states: readonly ServiceState[];
  readonly stop: () => void;
}

/** `about`, `deadLetterKeys` for the checker, and `stop`, which ends the process orderly a moment later. */
export function ownMethods({ data, lab, settings, states, stop }: OwnState) {
  const startedMs = Date.now();
  const { version } = findResources();
  return {
    about: async (): Promise<About> => ({
      protocol: protocolVersion,
      version,
      lab,
      pid: process.pid,
      startedMs,
      memoryBytes: process.memoryUsage.rss(),
      settings,
      services: states.map((state) => ({ ...state })),
    }),
    deadLetterKeys: async () => (await data.serving(lab)).deadLetterKeys(),
    stop: async () => stop(),
  };
}
