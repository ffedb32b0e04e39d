/**
 * Judges the archive of a simulated lab after each of its changes: a file holds just what its name says, what the files
 * reach without a gap never shrinks, and nothing is added beyond a gap. It shares no code with the archive's chain.
 */
import type { Position } from '../src/positions/position.js';
import type { StoredFile, World } from '../src/runtimes/memory/world.js';
import { archived } from './retention.js';

export class ArchiveJudge {
  readonly #world: World;
  readonly #mayHaveGap: boolean;
  #reached: Position;
  #seen = new Map<string, StoredFile>();

  /** `mayHaveGap`: it may begin later than the pipeline and end for good at a gap, as Kappa's may. */
  constructor(world: World, origin: Position, mayHaveGap: boolean) {
    this.#world = world;
    this.#mayHaveGap = mayHaveGap;
    this.#reached = origin;
  }

  /** What is wrong with the archive as it is now; undefined too where it has not changed. */
  flaw(): string | undefined {
    const { archive } = this.#world;
    const isSame =
      archive.size === this.#seen.size && [...archive].every(([path, file]) => this.#seen.get(path) === file);
    if (isSame) return undefined;
    this.#seen = new Map(archive);
    const files = [...archive.values()];
    const damaged = files.find((file) => !isWhole(file));
    if (damaged !== undefined) return `ARCHIVE: ${damaged.path} does not hold ${damaged.from} up to ${damaged.until}`;
    if (this.#mayHaveGap) return undefined;
    const before = this.#reached;
    this.#reached = before.map((_, partition) => archived(this.#world, partition).until);
    const shrunk = before.findIndex((offset, partition) => this.#reached[partition]! < offset);
    if (shrunk !== -1) return `ARCHIVE: partition ${shrunk} ended at ${before[shrunk]}, and now at ${this.#reached}`;
    const beyond = files.find(({ partition, from }) => from > this.#reached[partition]!);
    return beyond && `ARCHIVE: ${beyond.path} begins beyond ${this.#reached}: what lies between is in no file`;
  }
}

function isWhole({ partition, from, until, messages }: StoredFile): boolean {
  const isNext = ({ partition: of, offset }: StoredFile['messages'][number], i: number) =>
    of === partition && offset === from + i;
  return messages.length === until - from && messages.every(isNext);
}
