/** The log, dead letters and archive of the memory runtime, as one process sees them. */
import { LabError } from '../../errors.js';
import type { Position } from '../../positions/position.js';
import type { ArchiveFile, ArchiveRange, ArchiveStore, DeadLetterLog, Log, Message } from '../ports.js';
import type { Process } from './scheduler.js';
import { endOfLog, type World } from './world.js';

export function openLog(world: World, process: Process): Log & DeadLetterLog {
  const effect = <T>(perform: () => T) => world.scheduler.effect(process, perform);
  return {
    starts: () => effect(() => [...world.log.starts]),
    ends: () => effect(() => endOfLog(world)),
    read: (from) =>
      effect(() => {
        mustBeThere(world, from);
        const next = [...from];
        return {
          next: () => effect(() => fetchSome(world, next)),
          [Symbol.asyncDispose]: async () => {},
        };
      }),
    append: (letters) =>
      world.scheduler.plainWrite(process, () => {
        world.deadLetters.push(...letters);
      }),
  };
}

/** A seeded number of the next messages of each partition; moves `next` on. */
function fetchSome(world: World, next: number[]): readonly Message[] {
  mustBeThere(world, next);
  return next.flatMap((offset, partition) => {
    const stored = world.log.messages[partition]!;
    const fetched = stored.slice(offset, offset + world.scheduler.integer(4));
    next[partition] = offset + fetched.length;
    return fetched;
  });
}

/** What is below the start of the log is lost: said, never skipped (protocol rule 13). */
function mustBeThere(world: World, from: readonly number[]): void {
  const lost = from.findIndex((offset, partition) => offset < world.log.starts[partition]!);
  if (lost !== -1) throw lostStart(lost, from[lost]!, world.log.starts);
}

function lostStart(partition: number, offset: number, starts: Position): LabError {
  return new LabError(
    `offset ${offset} of partition ${partition} is below the start of the log, ${starts[partition]}`,
    {
      kind: 'fail',
      suggestion: 'start the lab anew with a longer retention',
    },
  );
}

export function openArchive(world: World, process: Process): ArchiveStore {
  const effect = <T>(perform: () => T) => world.scheduler.effect(process, perform);
  return {
    list: () => effect(() => [...world.archive.values()].sort((a, b) => a.level - b.level)),
    createTemporary: () =>
      effect(() => {
        const name = `temporary/${world.nextName++}`;
        world.temporary.set(name, []);
        return name;
      }),
    append: (temporary, messages) =>
      effect(() => {
        world.temporary.get(temporary)!.push(...messages);
      }),
    finish: (temporary, range) => effect(() => rename(world, temporary, range)),
    async *readMessages(file) {
      yield await effect(() => [...stored(world, file).messages]);
    },
    appendFiles: (temporary, files) =>
      effect(() => {
        for (const file of files) world.temporary.get(temporary)!.push(...stored(world, file).messages);
      }),
    remove: (path) =>
      world.scheduler.plainWrite(process, () => {
        world.temporary.delete(path);
        world.archive.delete(path);
      }),
  };
}

function rename(world: World, temporary: string, range: ArchiveRange): 'finished' | 'exists' {
  const { partition, level, from, until } = range;
  const path = `archive/${level}/${partition}/${from}`;
  if (world.archive.has(path)) return 'exists';
  const messages = world.temporary.get(temporary)!;
  world.temporary.delete(temporary);
  world.archive.set(path, { partition, level, from, until, path, bytes: messages.length, messages });
  return 'finished';
}

export function stored(world: World, file: ArchiveFile) {
  const found = world.archive.get(file.path);
  if (found === undefined) throw new LabError(`archive file ${file.path} is gone`, { kind: 'unavailable' });
  return found;
}
