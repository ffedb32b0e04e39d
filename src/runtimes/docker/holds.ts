/**
 * Hold points: places where a test stops a service, to kill it just there. A service that comes to a wanted point says
 * so in table `holds` and waits until it is released. Without SNACKLAB_HOLDS=on a hold point does nothing at all.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hold } from '../ports.js';
import type { CassandraSession } from './cassandra-session.js';
import { cql, table } from './cql.js';

const pollMs = 100;
/** A test that forgot its hold must not stop a lab for ever. */
const heldMsMax = 900_000;

/** A service's hold points. */
export function openHold(session: CassandraSession, service: string, enabled: boolean): Hold {
  if (!enabled) return async () => {};
  const holds = table('holds');
  return async (point) => {
    const wanted = async () => {
      const rows = await session.read(cql`SELECT wanted FROM ${holds} WHERE service = ${service} AND point = ${point}`);
      return rows[0]?.wanted === true;
    };
    if (!(await wanted())) return;
    await session.write(
      cql`UPDATE ${holds} SET reached_ms = ${BigInt(Date.now())} WHERE service = ${service} AND point = ${point}`,
    );
    for (let heldMs = 0; heldMs < heldMsMax && (await wanted()); heldMs += pollMs) await sleep(pollMs);
  };
}
