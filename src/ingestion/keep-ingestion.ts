/**
 * Ingestion as a service of a lab: one road into the log behind one or several addresses, until it is stopped. What is
 * under way then is still acknowledged and answered. The same on Kafka and on the embedded log: `producer` is the port.
 */
import type { Producer } from '../../generator/kafka/producer.js';
import { type ServiceScope, untilStopped } from '../runtimes/service-scope.js';
import { type Access, assertGuarded } from './access.js';
import { newBudget } from './budget.js';
import { openEventStore } from './event-store.js';
import { eventJudge } from './judge-events.js';
import { defaultLimits, type IngestionLimits } from './limits.js';
import { type IngestionServer, type Listen, openIngestionServer } from './server.js';

/** An address, and who is let in there. */
export interface Door {
  readonly listen: Listen;
  readonly access: Access;
}

export interface IngestionOptions {
  /** Not closed here. */
  readonly producer: Producer;
  readonly doors: readonly Door[];
  /** The network beyond this machine's own addresses is the lab's alone, as a container's is. */
  readonly isPrivateNetwork?: boolean;
  readonly limits?: Partial<IngestionLimits>;
  /** Why the log is known to be out of reach; undefined where it is not. */
  readonly away?: () => string | undefined;
}

export interface Ingestion extends AsyncDisposable {
  /** One for each door. */
  readonly servers: readonly IngestionServer[];
}

/** Listens at all doors. Throws `usage` where one is open to everybody, or cannot be had. */
export async function openIngestion(options: IngestionOptions, nowMs: () => number): Promise<Ingestion> {
  const { producer, doors, away = () => undefined } = options;
  for (const { listen, access } of doors) {
    if ('host' in listen) assertGuarded(listen.host, access, options.isPrivateNetwork ?? false);
  }
  const limits = { ...defaultLimits, ...options.limits };
  const store = openEventStore({ producer, waitMsMax: limits.waitMsMax, nowMs });
  const judge = eventJudge(producer.partitions, limits.eventBytesMax);
  const budget = newBudget(limits.bytesInFlightMax);
  const servers: IngestionServer[] = [];
  const close = async () => {
    // The doors first: what they have let in is answered from the store.
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    await store[Symbol.asyncDispose]();
  };
  try {
    for (const { listen, access } of doors) {
      servers.push(await openIngestionServer(listen, access, { judge, store, budget, limits, away }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { servers, [Symbol.asyncDispose]: close };
}

/** Takes events until `stop`. */
export async function keepIngestion(options: IngestionOptions, { stop, clock, say }: ServiceScope): Promise<void> {
  await using ingestion = await openIngestion(options, clock.nowMs);
  for (const [i, { listen }] of options.doors.entries()) {
    say(`takes events at ${'path' in listen ? listen.path : `${listen.host}:${ingestion.servers[i]!.port}`}`);
  }
  await untilStopped(stop);
}
