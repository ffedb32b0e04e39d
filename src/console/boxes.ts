/** The boxes of the live map: which role each plays, on which engine, and what it says now. Pure. */
import { bytes, count, known, lasting } from './figures.js';
import type { MachineView, SeenView, VersionView } from './model.js';

export type Tone = 'source' | 'log' | 'base' | 'speed' | 'serving' | 'truth';

export interface Box {
  readonly id: string;
  /** What it is in the architecture: `Batch layer`. */
  readonly role: string;
  readonly title: string;
  readonly engine: string;
  readonly tone: Tone;
  readonly state: 'ok' | 'busy' | 'idle' | 'unknown' | 'going';
  /** What it says now, the most important first. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Where it comes from, for a reader who sees no arrows. */
  readonly column: number;
  readonly row: number;
  readonly rows: number;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly tone: Tone;
  /** Whether anything flows now. */
  readonly flows: boolean;
}

export interface ArchitectureMap {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

type Engines = Readonly<Record<'log' | 'archive' | 'batch' | 'stream' | 'store' | 'check', string>>;

const engines: Readonly<Record<MachineView['runtime'], Engines>> = {
  docker: {
    log: 'Kafka',
    archive: 'HDFS',
    batch: 'MapReduce on YARN',
    stream: 'Spark',
    store: 'Cassandra',
    check: 'Node',
  },
  embedded: {
    log: 'files',
    archive: 'Parquet files',
    batch: 'DuckDB',
    stream: 'in process',
    store: 'DuckDB',
    check: 'in process',
  },
};

/** What the map needs besides one look: the error of the answers that are shown, and the time. */
export interface MapInput {
  readonly machine: Pick<MachineView, 'lab' | 'runtime'>;
  readonly seen: SeenView;
  /** How many questions are exact, wrong, and not known. */
  readonly compared: { readonly equal: number; readonly different: number; readonly unknown: number };
  readonly nowMs: number;
}

const box = (
  at: readonly [column: number, row: number, rows?: number],
  rest: Omit<Box, 'column' | 'row' | 'rows'>,
): Box => ({ ...rest, column: at[0], row: at[1], rows: at[2] ?? 1 });

export function generatorBox({ seen: { generator } }: MapInput, rows: number): Box {
  const { state, rate, wantedRate, thisHour, paused } = generator;
  return box([1, 1, rows], {
    ...{ id: 'generator', role: 'Source', title: 'Generator', engine: 'snack machines', tone: 'source' },
    state: paused ? 'idle' : state === 'running' ? 'ok' : 'unknown',
    facts: [
      ['state', paused ? 'paused' : state],
      ['makes', rate === null ? 'not known' : `${count(rate)}/s`],
      ['wanted', wantedRate === null ? 'not known' : `${count(wantedRate)}/s`],
      ...(thisHour === null ? [] : [['this hour', `${count(Math.round(thisHour))}/s`] as const]),
    ],
  });
}

export function logBox({ seen: { log }, machine }: MapInput, rows: number): Box {
  const shared = { id: 'log', role: 'Log', title: 'The log', tone: 'log' } as const;
  const engine = `snack_automat_message, ${engines[machine.runtime].log}`;
  if (log === null)
    return box([2, 1, rows], { ...shared, engine, state: 'unknown', facts: [['log', 'does not answer']] });
  return box([2, 1, rows], {
    ...{ ...shared, engine, state: 'ok' },
    facts: [
      ['messages', count(log.messages)],
      ['grows by', log.perSecond === null ? 'not known' : `${count(Math.round(log.perSecond))}/s`],
      ['partitions', String(log.ends.length)],
    ],
  });
}

export function batchLane({ seen, machine, nowMs }: MapInput, live: VersionView): readonly Box[] {
  const { archive } = seen;
  const { cycle } = live;
  const names = engines[machine.runtime];
  const lag = seen.groups.find(({ kind }) => kind === 'archive')?.lag ?? null;
  const isIdle = cycle === null || cycle.state === 'idle';
  return [
    box([3, 1], {
      ...{ id: 'archive', role: 'Batch layer', title: 'Archive', engine: names.archive, tone: 'base' },
      state: archive === null ? 'unknown' : 'ok',
      facts:
        archive === null
          ? [['archive', 'has said nothing lately']]
          : [
              ['behind', known(lag)],
              ['files', `${count(archive.files)} · ${bytes(archive.bytes)}`],
            ],
    }),
    box([4, 1], {
      ...{ id: 'batch', role: 'Batch layer', title: 'Batch', engine: names.batch, tone: 'base' },
      state: cycle === null ? 'unknown' : isIdle ? 'idle' : 'busy',
      facts: [
        ['cycle', cycle === null ? 'not known' : cycleText(cycle)],
        ['last took', cycle?.lastTookMs == null ? 'none yet' : lasting(cycle.lastTookMs)],
        ...(cycle !== null && cycle.failures > 0 ? ([['failed', `${cycle.failures}×`]] as const) : []),
      ],
    }),
    baseBox(live, 1, nowMs, names.store, 'Batch view'),
  ];
}

function cycleText({ state, plan }: NonNullable<VersionView['cycle']>): string {
  return plan === null ? state : `${state} → base ${plan.baseId}`;
}

function baseBox(
  { base, version, cycle, live }: VersionView,
  row: number,
  nowMs: number,
  engine: string,
  role: string,
): Box {
  const published = cycle?.publishedMs ?? null;
  return box([5, row], {
    ...{
      id: `base-${version}`,
      role,
      title: base.id === 0 ? 'No base yet' : `Base ${count(base.id)}`,
      engine,
      tone: 'base',
    },
    state: base.id === 0 ? 'idle' : 'ok',
    facts: [
      ['cut at', `${count(base.messages)} messages`],
      ...(published === null || !live ? [] : ([['age', lasting(Math.max(0, nowMs - published))]] as const)),
    ],
  });
}

export function lane({ machine, nowMs }: MapInput, version: VersionView, row: number): ArchitectureMap {
  const names = engines[machine.runtime];
  const lambda = machine.lab === 'lambda';
  const v = version.version;
  const isGoing = version.state === 'dropping';
  const role = version.live ? 'Speed layer' : `${v}, ${version.state}`;
  const boxes = [
    box([3, row], {
      ...{ id: `stream-${v}`, role, title: `Stream job ${v}`, engine: names.stream, tone: 'speed' },
      state: isGoing ? 'going' : 'ok',
      facts: [
        ['behind', known(version.lag)],
        ['epoch', count(version.epoch)],
      ],
    }),
    box([4, row], {
      ...{
        id: `slices-${v}`,
        role: 'Real-time view',
        title: `${count(version.slices)} slices`,
        engine: names.store,
        tone: 'speed',
      },
      state: isGoing ? 'going' : 'ok',
      facts: [
        ['hold', `${count(version.messages - version.base.messages)} messages`],
        ['newest', `no. ${count(version.number)}`],
      ],
    }),
    ...(lambda && version.live
      ? []
      : [baseBox(version, row, nowMs, names.store, lambda ? 'Batch view' : 'Compacted view')]),
  ];
  const edge = (from: string, to: string, tone: Tone): Edge => ({ from, to, tone, flows: !isGoing });
  const edges = [
    edge('log', `stream-${v}`, 'speed'),
    edge(`stream-${v}`, `slices-${v}`, 'speed'),
    ...(lambda ? [] : [edge(`slices-${v}`, `base-${v}`, 'base')]),
  ];
  return { boxes, edges };
}

export function validationBoxes({ seen, machine, compared }: MapInput, row: number): readonly Box[] {
  const live = seen.versions.find((one) => one.live);
  const group = seen.groups.find(({ name }) => name === `validation ${live?.version}`);
  const { equal, different, unknown } = compared;
  const verdict = different > 0 ? 'WRONG' : equal > 0 ? 'exact' : 'not known';
  return [
    box([3, row], {
      ...{
        id: 'validation',
        role: 'Validation',
        title: 'A fold of its own',
        engine: engines[machine.runtime].check,
        tone: 'truth',
      },
      state: group === undefined ? 'unknown' : 'ok',
      facts: [
        ['behind', group === undefined ? 'has said nothing lately' : known(group.lag)],
        ...(seen.repeats === null ? [] : ([['repeats', count(seen.repeats)]] as const)),
      ],
    }),
    box([6, row], {
      ...{ id: 'check', role: 'Answer − truth', title: verdict, engine: 'same position', tone: 'truth' },
      state: different > 0 ? 'going' : equal > 0 ? 'ok' : 'unknown',
      facts: [
        ['exact', count(equal)],
        ['wrong', count(different)],
        ['not known', count(unknown)],
      ],
    }),
  ];
}

export function answerBox({ seen, machine }: MapInput, live: VersionView, rows: number): Box {
  return box([6, 1, rows], {
    ...{
      id: 'answer',
      role: 'Serving layer',
      title: `Head of ${live.version}`,
      engine: engines[machine.runtime].store,
      tone: 'serving',
    },
    state: seen.retiring.length > 0 ? 'busy' : 'ok',
    facts: [
      ['answer', live.base.id === 0 ? 'slices alone' : `base ${count(live.base.id)} + ${count(live.slices)} slices`],
      ['at', `${count(live.messages)} messages`],
      ['switches', count(seen.generation)],
      ['retiring', seen.retiring.length === 0 ? 'nothing' : seen.retiring.join(', ')],
    ],
  });
}
