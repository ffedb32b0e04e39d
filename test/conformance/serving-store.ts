/**
 * How a serving store behaves on any runtime: the port's promises as facts, without the ways in which one engine may be
 * away. A runtime's test calls `servingStoreBehaviour` within a describe, and says how it opens a fresh store and how a
 * panel there sees a view. Each fact has a store of its own.
 */
import { it } from 'vitest';
import type { Fact, OpenFreshStore } from './fresh-store.js';
import { statesHeads } from './serving-store-heads.js';
import { statesParts } from './serving-store-parts.js';
import { keepsStates } from './serving-store-states.js';
import { statesVersions } from './serving-store-versions.js';
import { statesViews } from './serving-store-views.js';

export function servingStoreBehaviour(open: OpenFreshStore): void {
  const fact: Fact = (name, holds) =>
    it(name, async () => {
      await using fresh = await open();
      await holds(fresh);
    });
  statesHeads(fact);
  statesVersions(fact);
  statesParts(fact);
  keepsStates(fact);
  statesViews(fact);
}
