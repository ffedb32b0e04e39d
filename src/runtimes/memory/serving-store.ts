/**
 * The serving store of the memory runtime. Conditional writes behave like Cassandra's: they may time out and then have
 * been applied, be applied later by whoever reads serially next, or never.
 */
import { pack } from '../../serving/packed.js';
import { servedTable } from '../../serving/served-view.js';
import type { SumTable } from '../../sums/table.js';
import type { CycleRecord, Outcome, ServingStore, StoredPart } from '../ports.js';
import type { Process } from './scheduler.js';
import type { ConditionalRow, HeadsRow, World } from './world.js';

/** The store as one process sees it: each call is one effect of that process. */
export function openServingStore(world: World, process: Process): ServingStore {
  const effect = <T>(perform: () => T) => world.scheduler.effect(process, perform);
  return {
    readHeads: () => effect(() => serialRead(world.heads)),
    changeHead: (pipeline, expected, change) =>
      effect(() =>
        compareAndSet(world, world.heads, (row): HeadsRow | undefined => {
          const head = row.heads.get(pipeline);
          if (head === undefined || !holds(head, expected)) return undefined;
          return { ...row, heads: new Map(row.heads).set(pipeline, { ...head, ...change }) };
        }),
      ),

    ...versionRows(world, effect),

    writeSlice: (slice) =>
      effect(() => {
        const { incarnation, question, number, epoch } = slice;
        world.slices.set(`${incarnation}/${question}/${number}/${epoch}`, slice);
      }),
    readSlices: (incarnation, question, after, upTo) =>
      effect(() =>
        [...world.slices.values()]
          .filter((slice) => slice.incarnation === incarnation && slice.question === question)
          .filter((slice) => slice.number > after && slice.number <= upTo)
          .sort((a, b) => a.number - b.number || a.epoch - b.epoch),
      ),
    deleteSlices: (incarnation, question, upTo) =>
      effect(() => {
        removeWhere(
          world.slices,
          (slice) => slice.incarnation === incarnation && slice.question === question && slice.number <= upTo,
        );
      }),

    writeBase: (base) =>
      effect(() => {
        world.bases.set(`${base.kind}/${base.incarnation}/${base.question}/${base.id}`, base);
      }),
    readBase: (kind, incarnation, id, question) =>
      effect(() => world.bases.get(`${kind}/${incarnation}/${question}/${id}`)),
    deleteBases: (kind, incarnation, question, below) =>
      effect(() => {
        removeWhere(
          world.bases,
          (base) =>
            base.kind === kind && base.incarnation === incarnation && base.question === question && base.id < below,
        );
      }),

    readCycle: (pipeline) => effect(() => serialRead(cycleRow(world, pipeline))),
    putCycle: (pipeline, record) =>
      effect(() => {
        const isBelow = (there: CycleRecord | undefined) => there === undefined || there.version < record.version;
        return compareAndSet(world, cycleRow(world, pipeline), (there) => (isBelow(there) ? record : undefined));
      }),
    changeCycle: (pipeline, expectedVersion, state) =>
      effect(() =>
        compareAndSet(world, cycleRow(world, pipeline), (record) =>
          record?.version === expectedVersion ? { version: record.version + 1, state } : undefined,
        ),
      ),

    ...plainRows(world, effect),
  };
}

/** The live pointer and which pipelines there are. */
function versionRows(world: World, effect: Effect) {
  const change = (next: (row: HeadsRow) => HeadsRow | undefined) =>
    effect(() => compareAndSet(world, world.heads, next));
  const isPart =
    ({ incarnation, question }: StoredPart) =>
    (row: StoredPart) =>
      row.incarnation === incarnation && row.question === question;
  const tables = [world.slices, world.bases, world.truths] as readonly Map<
    string,
    StoredPart & { readonly sums: SumTable }
  >[];
  return {
    addHead: (head) =>
      change((row) =>
        row.nextIncarnation !== head.incarnation || row.heads.has(head.pipeline)
          ? undefined
          : { ...row, nextIncarnation: head.incarnation + 1, heads: new Map(row.heads).set(head.pipeline, head) },
      ),
    switchLive: ({ from, to, generation, forced, back }) =>
      change((row) => {
        const [old, next] = [row.heads.get(from.pipeline), row.heads.get(to.pipeline)];
        const { incarnation, position } = from;
        const stands = back ? { incarnation } : { incarnation, position };
        const holdsAll =
          row.live === from.pipeline &&
          row.generation === generation &&
          old !== undefined &&
          holds(old, stands) &&
          next !== undefined &&
          holds(next, { incarnation: to.incarnation, status: 'ready' });
        if (!holdsAll) return undefined;
        const steps = { generation: generation + 1, forced: forced + (back ? 1 : 0) };
        return { ...row, ...steps, live: to.pipeline, previous: from.pipeline };
      }),
    dropHead: ({ pipeline, incarnation }, { live, generation }) =>
      change((row) => {
        const head = row.heads.get(pipeline);
        const holdsAll = row.live === live && row.generation === generation && head !== undefined;
        if (!holdsAll || !holds(head, { status: 'ready', incarnation })) return undefined;
        return { ...row, heads: new Map(row.heads).set(pipeline, { ...head, status: 'dropping' }) };
      }),
    removeHead: ({ pipeline, incarnation }) =>
      change((row) => {
        const head = row.heads.get(pipeline);
        if (head === undefined || !holds(head, { status: 'dropping', incarnation })) return undefined;
        return { ...row, heads: new Map([...row.heads].filter(([name]) => name !== pipeline)) };
      }),
    listStored: () =>
      effect(() => {
        const rows = tables.flatMap((rows) => [...rows.values()]);
        const parts = rows.map(({ incarnation, question }): StoredPart => ({ incarnation, question }));
        return [...new Map(parts.map((part) => [JSON.stringify(part), part])).values()];
      }),
    storedBytes: (part) =>
      effect(() =>
        tables
          .flatMap((rows) => [...rows.values()])
          .filter(isPart(part))
          .reduce((bytes, { sums }) => bytes + pack(sums).length, 0),
      ),
    deleteStored: (part) =>
      effect(() => {
        for (const rows of tables) removeWhere(rows, isPart(part));
      }),
  } satisfies Partial<ServingStore>;
}

type Effect = <T>(perform: () => T) => Promise<T>;

/** What is written without a condition. */
function plainRows(world: World, effect: Effect) {
  return {
    writeTruth: (truth) =>
      effect(() => {
        world.truths.set(`${truth.incarnation}/${truth.question}/${truth.number}`, truth);
      }),
    readTruth: (incarnation, number, question) =>
      effect(() => world.truths.get(`${incarnation}/${question}/${number}`)),
    readNewestTruth: (incarnation, question) =>
      effect(() =>
        [...world.truths.values()]
          .filter((truth) => truth.incarnation === incarnation && truth.question === question)
          .reduce((a, b) => (a !== undefined && a.number > b.number ? a : b), undefined as never),
      ),
    deleteTruths: (incarnation, question, below) =>
      effect(() => {
        removeWhere(
          world.truths,
          (truth) => truth.incarnation === incarnation && truth.question === question && truth.number < below,
        );
      }),
    replaceView: (view) =>
      effect(() => {
        const key = `${view.question.name}/${view.face}`;
        const current = world.views.get(key);
        if (current === undefined || view.version >= current.version) world.views.set(key, view);
      }),
    emptyOtherViews: (kept, version) =>
      effect(() => {
        const tables = new Set(kept.map(servedTable));
        for (const [key, view] of world.views) {
          const isOther = !tables.has(servedTable(view.question));
          if (isOther && version > view.version) world.views.set(key, { ...view, version, rows: [] });
        }
      }),
    readWanted: () => effect(() => world.wanted),
    changeWanted: (change) =>
      effect(() => {
        world.wanted = { ...world.wanted, ...change };
      }),
    report: (report) =>
      effect(() => {
        world.reports.set(report.service, report);
      }),
    readReports: () => effect(() => [...world.reports.values()]),
  } satisfies Partial<ServingStore>;
}

function cycleRow(world: World, pipeline: string): ConditionalRow<CycleRecord | undefined> {
  const row = world.cycles.get(pipeline) ?? { value: undefined, parked: undefined };
  world.cycles.set(pipeline, row);
  return row;
}

/** Reads serially: a write that timed out and is still on its way is finished first. */
function serialRead<T>(row: ConditionalRow<T>): T {
  if (row.parked !== undefined) {
    row.value = row.parked;
    row.parked = undefined;
  }
  return row.value;
}

function compareAndSet<T>(world: World, row: ConditionalRow<T>, next: (value: T) => T | undefined): Outcome {
  const changed = next(serialRead(row));
  if (changed === undefined) return 'refused';
  if (world.scheduler.random() >= world.faults.inDoubt) {
    row.value = changed;
    return 'applied';
  }
  const fate = world.scheduler.random();
  if (fate < 0.4) row.value = changed;
  else if (fate < 0.7) row.parked = changed;
  return 'in-doubt';
}

function holds<T extends object>(row: T, expected: Partial<T>): boolean {
  return Object.entries(expected).every(
    ([column, value]) => JSON.stringify(row[column as keyof T]) === JSON.stringify(value),
  );
}

function removeWhere<T>(rows: Map<string, T>, condition: (row: T) => boolean): void {
  for (const [key, row] of rows) if (condition(row)) rows.delete(key);
}
