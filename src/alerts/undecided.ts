/** Which rules nobody decides now, and why: where nothing is raised, that is no promise for those. Pure. */
import { z } from 'zod';
import type { ServiceReport } from '../runtimes/ports.js';
import type { Heads } from '../serving/head.js';
import { alertRules, isAnswered } from './rules.js';

export interface Undecided {
  readonly rule: string;
  readonly why: string;
}

/** What the keeper of alerts says of itself: of each rule when its answer was last known, and why it is not. */
export const keeperSaid = z.object({
  rules: z.record(z.string(), z.object({ atMs: z.number(), unknown: z.string().nullable() })),
  waiting: z.number(),
  webhook: z.boolean(),
});
export type KeeperSaid = z.infer<typeof keeperSaid>;

/** Its name among the reports. */
export const keeperName = 'alerts';

/** Who has not looked for so long does not keep anything. */
const lookMsMax = 15_000;

/** What the keeper last said, if it is of now. */
export function keeperOf(reports: readonly ServiceReport[], nowMs: number): KeeperSaid | undefined {
  const report = reports.find(({ service }) => service === keeperName);
  const parsed = keeperSaid.safeParse(report?.report);
  return report !== undefined && parsed.success && nowMs - report.atMs <= lookMsMax ? parsed.data : undefined;
}

export function undecidedRules(heads: Heads, reports: readonly ServiceReport[], nowMs: number): readonly Undecided[] {
  const keeper = keeperOf(reports, nowMs);
  return alertRules.flatMap((rule) => {
    const why = whyUndecided(isAnswered(rule, heads), keeper, rule.name, nowMs);
    return why === undefined ? [] : [{ rule: rule.name, why }];
  });
}

function whyUndecided(answered: boolean, keeper: KeeperSaid | undefined, rule: string, nowMs: number) {
  if (!answered) return 'the live version does not answer what it asks, a version with --questions business does';
  if (keeper === undefined) return 'nobody keeps alerts just now';
  const look = keeper.rules[rule];
  if (look?.unknown) return `its answer is unknown: ${look.unknown}`;
  return look === undefined || nowMs - look.atMs > lookMsMax ? 'nobody has looked at its answer lately' : undefined;
}
