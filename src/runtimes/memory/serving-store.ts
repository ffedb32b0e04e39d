/**
 * The serving store of the memory runtime. Conditional writes behave like Cassandra's: they may time out and then have
 * been applied, be applied later by whoever reads serially next, or never. Plain writes may come late or twice, and are
 * harsher than Cassandra's then: no timestamp keeps one that comes late from undoing what was deleted meanwhile.
 */
import { pack } from '../../serving/packed.js';
import { servedTable } from '../../serving/served-view.js';
import type { SumTable } from '../../sums/table.js';
import {
  type HeadsRow,
  withHeadAdded,
  withHeadChanged,
  withHeadDropping,
  withHeadRemoved,
  withLiveSwitched,
} from '../heads-row.js';
import type { Outcome, ServingStore, StateRecord, StoredPart } from '../ports.js';
import type { Process } from './scheduler.js';
import type { ConditionalRow, World } from './world.js';

/** The store as one process sees it: each call is one effect of that process. */
export function openServingStore(world: World, process: Process): ServingStore {
  const effect: Effect = (perform) => world.scheduler.effect(process, perform);
  const write: Effect = (perform) => world.scheduler.plainWrite(process, perform);
  return {
    readHeads: () => effect(() => serialRead(world.heads)),
    changeHead: (pipeline, expected, change) =>
      effect(() => compareAndSet(world, world.heads, (row) => withHeadChanged(row, pipeline, expected, change))),

    ...versionRows(world, effect, write),

    writeSlice: (slice) =>
      write(() => {
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
      write(() => {
        removeWhere(
          world.slices,
          (slice) => slice.incarnation === incarnation && slice.question === question && slice.number <= upTo,
        );
      }),

    writeBase: (base) =>
      write(() => {
        world.bases.set(`${base.kind}/${base.incarnation}/${base.question}/${base.id}`, base);
      }),
    readBase: (kind, incarnation, id, question) =>
      effect(() => world.bases.get(`${kind}/${incarnation}/${question}/${id}`)),
    deleteBases: (kind, incarnation, question, below) =>
      write(() => {
        removeWhere(
          world.bases,
          (base) =>
            base.kind === kind && base.incarnation === incarnation && base.question === question && base.id < below,
        );
      }),

    readState: (name) => effect(() => serialRead(stateRow(world, name))),
    putState: (name, record) =>
      effect(() => {
        const isBelow = (there: StateRecord | undefined) => there === undefined || there.version < record.version;
        return compareAndSet(world, stateRow(world, name), (there) => (isBelow(there) ? record : undefined));
      }),
    changeState: (name, expectedVersion, state) =>
      effect(() =>
        compareAndSet(world, stateRow(world, name), (record) =>
          record?.version === expectedVersion ? { version: record.version + 1, state } : undefined,
        ),
      ),

    ...plainRows(world, effect, write),
  };
}

/** The live pointer and which pipelines there are. */
function versionRows(world: World, effect: Effect, write: Effect) {
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
    addHead: (head) => change((row) => withHeadAdded(row, head)),
    switchLive: (step) => change((row) => withLiveSwitched(row, step)),
    dropHead: (head, live) => change((row) => withHeadDropping(row, head, live)),
    removeHead: (head) => change((row) => withHeadRemoved(row, head)),
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
      write(() => {
        for (const rows of tables) removeWhere(rows, isPart(part));
      }),
  } satisfies Partial<ServingStore>;
}

type Effect = <T>(perform: () => T) => Promise<T>;

/** What is written without a condition. */
function plainRows(world: World, effect: Effect, write: Effect) {
  return {
    writeTruth: (truth) =>
      write(() => {
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
      write(() => {
        removeWhere(
          world.truths,
          (truth) => truth.incarnation === incarnation && truth.question === question && truth.number < below,
        );
      }),
    replaceView: (view) =>
      write(() => {
        const table = servedTable(view.question);
        const key = `${table}/${view.face}`;
        const current = world.views.get(key);
        // As a deletion with the version for its timestamp: it holds for what comes later, too.
        if ([...world.emptied].some(([version, kept]) => version > view.version && !kept.has(table))) return;
        if (current === undefined || view.version >= current.version) world.views.set(key, view);
      }),
    emptyOtherViews: (kept, version) =>
      write(() => {
        const tables = new Set(kept.map(servedTable));
        world.emptied.set(version, tables);
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

function stateRow(world: World, name: string): ConditionalRow<StateRecord | undefined> {
  const row = world.states.get(name) ?? { value: undefined, parked: undefined };
  world.states.set(name, row);
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

function removeWhere<T>(rows: Map<string, T>, condition: (row: T) => boolean): void {
  for (const [key, row] of rows) if (condition(row)) rows.delete(key);
}
