/** `all_data_view` in Cassandra: raw events, a partition a minute of event time, gone after an hour. */
import type { RawEvent, RawEventStore } from '../../validation/raw-events.js';
import type { CassandraSession, Statement } from './cassandra-session.js';
import { cql, table } from './cql.js';

const minuteMs = 60_000;
const rowsPerBatch = 100;
const greatestDateMs = 8.64e15;

/** The raw events of one lab. Written under their place in the log, so writing one again changes nothing. */
export function allDataView(session: CassandraSession, lab: string): RawEventStore {
  return {
    async keep(events) {
      for (const [minute, group] of byMinute(events)) {
        for (let i = 0; i < group.length; i += rowsPerBatch) {
          await session.writeTogether(group.slice(i, i + rowsPerBatch).map((raw) => insert(lab, minute, raw)));
        }
      }
    },
    say: ({ kept, sinceMs, reason }) =>
      session.write(
        cql`INSERT INTO ${table('all_data_view_state')} (lab, kept, since, reason)
          VALUES (${lab}, ${kept}, ${new Date(sinceMs)}, ${reason})`,
      ),
  };
}

function byMinute(events: readonly RawEvent[]): ReadonlyMap<number, readonly RawEvent[]> {
  const minutes = new Map<number, RawEvent[]>();
  for (const raw of events) {
    const minute = Math.floor(timeOf(raw) / minuteMs) * minuteMs;
    const group = minutes.get(minute);
    if (group === undefined) minutes.set(minute, [raw]);
    else group.push(raw);
  }
  return minutes;
}

/** A valid timestamp may lie beyond what a date can be (ECMAScript, "Time Values"): then the last date stands for it. */
function timeOf({ event }: RawEvent): number {
  return Math.min(event.timestamp as number, greatestDateMs);
}

/** A field that events of its kind do not have is left unset: a null would be written as a tombstone. */
function insert(lab: string, minute: number, raw: RawEvent): Statement {
  const { event, message } = raw;
  const whole = (field: string) => (event[field] === undefined ? undefined : BigInt(event[field] as number));
  return cql`INSERT INTO ${table('all_data_view')} (lab, minute, log_partition, log_offset, event_id, kind, purchase_id,
      purchase_index, snack_automat_id, item, slot, quantity, status, customer_id, healthy, price_cents, cost_cents,
      event_time)
    VALUES (${lab}, ${new Date(minute)}, ${message.partition}, ${BigInt(message.offset)}, ${event.event_id},
      ${event.kind}, ${event.purchase_id}, ${event.purchase_index}, ${event.snack_automat_id}, ${event.item},
      ${event.slot}, ${event.quantity}, ${event.status}, ${whole('customer_id')}, ${event.healthy},
      ${whole('price_cents')}, ${whole('cost_cents')}, ${new Date(timeOf(raw))})`;
}
