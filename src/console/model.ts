/**
 * What the console shows of a lab's machinery, as plain data made from one look at it: log, groups, archive, batch cycle,
 * generator, versions, and what is being retired. Numbers that nobody has said are null here, never zero.
 * Pure: it reads no lab and knows no clock; ./follow.ts takes the looks, the page draws what comes of them.
 */
import { z } from 'zod';
import type { Book } from '../alerts/book.js';
import { covers, max, messagesBetween, type Position } from '../positions/position.js';
import type { LabName } from '../resources.js';
import type { ServiceReport, Wanted } from '../runtimes/ports.js';
import { type Head, type Heads, mergedNumber } from '../serving/head.js';
import { behind, isWhole, versionOf } from '../versions/versions.js';
import { type AlertsView, alertsView } from './alerts.js';
import { type LogSizes, speedOf } from './speed.js';

/** A version's batch cycle, as far as the console shows it. Times are epoch ms. */
export interface CycleView {
  readonly state: string;
  readonly startedMs: number | null;
  readonly failures: number;
  readonly lastFailure: string | null;
  readonly lastTookMs: number | null;
  readonly publishedMs: number | null;
  /** What it is making: the base and its cut. */
  readonly plan: { readonly baseId: number; readonly oldBaseId: number; readonly cut: Position } | null;
}

/** One look at a lab. `extent` is undefined where the log did not answer. */
export interface LabSeen {
  readonly atMs: number;
  readonly heads: Heads;
  readonly wanted: Wanted;
  readonly reports: readonly ServiceReport[];
  readonly extent: { readonly starts: Position; readonly ends: Position } | undefined;
  readonly cycles: ReadonlyMap<string, CycleView>;
  /** Undefined where nobody has kept any, or they cannot be read. */
  readonly alerts: Book | undefined;
  /** Bytes of the sums that each incarnation stores; empty until they were counted. */
  readonly storedBytes: ReadonlyMap<number, number>;
}

/** Whoever reads the log, where it stands, and how many messages it lacks. */
export interface GroupView {
  readonly name: string;
  readonly kind: 'stream' | 'archive' | 'validation';
  readonly position: Position;
  readonly lag: number | null;
  /** Since it last said so; null where it is read from the head itself. */
  readonly ageMs: number | null;
}

export interface VersionView {
  readonly version: string;
  readonly pipeline: string;
  readonly live: boolean;
  readonly previous: boolean;
  readonly state: 'live' | 'ready' | 'behind' | 'no answer yet' | 'dropping';
  readonly questions: readonly string[];
  readonly position: Position;
  readonly origin: Position;
  readonly number: number;
  readonly epoch: number;
  readonly slices: number;
  readonly base: { readonly id: number; readonly number: number; readonly cut: Position; readonly messages: number };
  readonly fold: { readonly id: number; readonly number: number } | null;
  readonly messages: number;
  readonly behindLive: number;
  readonly lag: number | null;
  readonly storedBytes: number | null;
  readonly cycle: CycleView | null;
}

export interface GeneratorView {
  /** `unknown` where it has said nothing lately. */
  readonly state: string;
  readonly paused: boolean;
  readonly wantedRate: number | null;
  /** What of it is wanted in the hour that it is, events a second; null where no hour differs. */
  readonly thisHour: number | null;
  /** What it says that it makes, events a second. */
  readonly rate: number | null;
}

export interface MachineView {
  readonly lab: LabName;
  readonly runtime: 'docker' | 'embedded';
  readonly atMs: number;
  /** Why all below is not of now; it is then what was last seen. */
  readonly problem: string | null;
  readonly seen: SeenView | null;
}

/** What one look comes to. */
export interface SeenView {
  readonly atMs: number;
  readonly generation: number;
  readonly live: string;
  readonly log: {
    readonly starts: Position;
    readonly ends: Position;
    readonly messages: number;
    readonly perSecond: number | null;
  } | null;
  readonly groups: readonly GroupView[];
  readonly generator: GeneratorView;
  readonly archive: { readonly position: Position; readonly files: number; readonly bytes: number } | null;
  readonly versions: readonly VersionView[];
  readonly repeats: number | null;
  readonly rejected: number | null;
  /** What goes now: `base 3`, `v2`. */
  readonly retiring: readonly string[];
  readonly alerts: AlertsView;
}

/** A report older than this says nothing of now. */
const reportMsMax = 15_000;

/** What one look comes to, as it is shown. */
export function viewOf(seen: LabSeen, sizes: LogSizes): SeenView {
  const { heads, extent } = seen;
  const all = [...heads.heads.values()].sort((a, b) => a.incarnation - b.incarnation);
  const ends = extent?.ends;
  const validation = reportOf(seen, `validation-${heads.live}`, validationSaid);
  return {
    atMs: seen.atMs,
    generation: heads.generation,
    live: heads.live,
    log:
      extent === undefined
        ? null
        : {
            starts: extent.starts,
            ends: extent.ends,
            messages: messagesBetween(extent.starts, extent.ends),
            perSecond: speedOf(sizes),
          },
    groups: groupsOf(seen, all),
    generator: generatorOf(seen),
    archive: archiveOf(seen),
    versions: all.map((head) => versionView(seen, head, ends)),
    repeats: validation?.said.repeats ?? null,
    rejected: validation?.said.rejected ?? null,
    retiring: retiringOf(seen, all),
    alerts: alertsView(seen),
  };
}

const offsets = z.array(z.number().int().nonnegative());
const validationSaid = z.object({ position: offsets, repeats: z.number(), rejected: z.number() });
const archiveSaid = z.object({ position: offsets, files: z.number(), bytes: z.number() });
const generatorSaid = z.object({
  ...{ state: z.string(), ratePerSecond: z.number(), wantedRatePerSecond: z.number() },
  /** Where days have a shape. */
  wantedThisHourPerSecond: z.number().optional(),
});

/** What a service last said, where that is of now and as expected. */
function reportOf<T>({ reports, atMs }: LabSeen, service: string, schema: z.ZodType<T>) {
  const report = reports.find((one) => one.service === service);
  const parsed = schema.safeParse(report?.report);
  if (report === undefined || !parsed.success || atMs - report.atMs > reportMsMax) return undefined;
  return { said: parsed.data, ageMs: Math.max(0, atMs - report.atMs) };
}

function groupsOf(seen: LabSeen, all: readonly Head[]): readonly GroupView[] {
  const ends = seen.extent?.ends;
  const streams = all
    .filter(({ status }) => status === 'ready')
    .map(({ pipeline, position }): GroupView => {
      return {
        name: `stream ${versionOf(pipeline)}`,
        kind: 'stream',
        position,
        lag: lagOf(position, ends),
        ageMs: null,
      };
    });
  const archive = reportOf(seen, 'archive', archiveSaid);
  const validations = all.flatMap(({ pipeline }) => {
    const found = reportOf(seen, `validation-${pipeline}`, validationSaid);
    return found === undefined ? [] : [group(`validation ${versionOf(pipeline)}`, 'validation', found, ends)];
  });
  return [...streams, ...(archive === undefined ? [] : [group('archive', 'archive', archive, ends)]), ...validations];
}

type Said = { readonly said: { readonly position: Position }; readonly ageMs: number };

function group(name: string, kind: GroupView['kind'], { said, ageMs }: Said, ends: Position | undefined): GroupView {
  return { name, kind, position: said.position, lag: lagOf(said.position, ends), ageMs };
}

/** The ends were read a moment before or after the position: it may be ahead of them. */
function lagOf(position: Position, ends: Position | undefined): number | null {
  return ends === undefined || ends.length !== position.length ? null : messagesBetween(position, max(ends, position));
}

function generatorOf(seen: LabSeen): GeneratorView {
  const found = reportOf(seen, 'generator', generatorSaid)?.said;
  const { paused, rate } = seen.wanted;
  const state = found?.state ?? 'unknown';
  return {
    state: paused && state === 'running' ? 'paused' : state,
    paused,
    wantedRate: rate ?? found?.wantedRatePerSecond ?? null,
    thisHour: found?.wantedThisHourPerSecond ?? null,
    rate: found?.ratePerSecond ?? null,
  };
}

function archiveOf(seen: LabSeen): SeenView['archive'] {
  return reportOf(seen, 'archive', archiveSaid)?.said ?? null;
}

function versionView({ heads, cycles, storedBytes }: LabSeen, head: Head, ends: Position | undefined): VersionView {
  const live = heads.heads.get(heads.live)!;
  return {
    version: versionOf(head.pipeline),
    pipeline: head.pipeline,
    live: head.pipeline === heads.live,
    previous: head.pipeline === heads.previous && head.pipeline !== heads.live,
    state: stateOf(head, live),
    questions: head.questions.map(({ name }) => name),
    position: head.position,
    origin: head.origin,
    number: head.number,
    epoch: head.epoch,
    slices: head.number - mergedNumber(head),
    base: {
      id: head.baseId,
      number: head.baseNumber,
      cut: head.baseCut,
      messages: messagesBetween(head.origin, head.baseCut),
    },
    fold: head.foldId === 0 ? null : { id: head.foldId, number: head.foldNumber },
    messages: messagesBetween(head.origin, head.position),
    behindLive: behind(head, live.position),
    lag: lagOf(head.position, ends),
    storedBytes: storedBytes.get(head.incarnation) ?? null,
    cycle: cycles.get(head.pipeline) ?? null,
  };
}

function stateOf(head: Head, live: Head): VersionView['state'] {
  if (head.status === 'dropping') return 'dropping';
  if (head.pipeline === live.pipeline) return 'live';
  if (!isWhole(head)) return 'no answer yet';
  return covers(head.position, live.position) ? 'ready' : 'behind';
}

/** What a published base has replaced and is being removed, and the versions that are being dropped. */
function retiringOf({ cycles }: LabSeen, all: readonly Head[]): readonly string[] {
  const covered = all.flatMap(({ pipeline, baseNumber }) => {
    const cycle = cycles.get(pipeline);
    if (cycle?.state !== 'published') return [];
    const old = cycle.plan?.oldBaseId ?? 0;
    const slices = `slices of ${versionOf(pipeline)} up to ${baseNumber}`;
    return old === 0 ? [slices] : [`base ${old} of ${versionOf(pipeline)}`, slices];
  });
  const dropping = all.filter(({ status }) => status === 'dropping').map(({ pipeline }) => versionOf(pipeline));
  return [...covered, ...dropping];
}
