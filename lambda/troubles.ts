/**
 * What goes wrong for one version and must not keep the others waiting. An engine that is away is said once and asked
 * again at the next look; anything else, a write in doubt above all, is kept and ends the process (protocol rule 3).
 */
import { describeError, isAway } from '../src/errors.js';

export interface Troubles {
  /** Whether `perform` came to its end. `key` tells one thing that is tried from another, `what` names it for people. */
  attempt(key: string, what: string, perform: () => Promise<void>): Promise<boolean>;
  /** Throws the first error that was no engine's being away. */
  throwKept(): void;
}

export function createTroubles(say: (line: string) => void): Troubles {
  const said = new Set<string>();
  const kept: unknown[] = [];
  return {
    async attempt(key, what, perform) {
      try {
        await perform();
        said.delete(key);
        return true;
      } catch (error) {
        if (!isAway(error)) kept.push(error);
        else if (!said.has(key)) say(`${what}: ${describeError(error)}; trying again`);
        said.add(key);
        return false;
      }
    },
    throwKept() {
      if (kept.length > 0) throw kept[0];
    },
  };
}
