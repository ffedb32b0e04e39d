/** Both architectures' simulated runs, by name. */
import { runKappa } from './kappa-run.js';
import { runLambda } from './lambda-run.js';
import type { RunResult } from './simulated-lab.js';
import type { Trace } from './trace.js';

export const architectures = ['lambda', 'kappa'] as const;

export type Architecture = (typeof architectures)[number];

/** A run again, effect by effect, is the same architecture and seed. */
export type Run = (seed: number, trace?: Trace) => Promise<RunResult>;

export const runs: Readonly<Record<Architecture, Run>> = { lambda: runLambda, kappa: runKappa };
