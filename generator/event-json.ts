/**
 * Events as JSON, written straight into bytes: the same text that `JSON.stringify(eventAt(…))` makes (a test holds
 * them together), at several times the speed, because no text or object per event is ever made. Pure.
 */
import { machineCount, machineId } from '../src/machines/catalogue.js';
import { catalogue } from './catalogue.js';
import type { EventNumbers } from './events.js';
import type { Heartbeat } from './heartbeats.js';
import type { Sale } from './purchases.js';
import type { Refill } from './refills.js';

/** Bytes to write into, under both of the views that the writer needs. */
export interface Target {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** No event needs more room than this, whatever its numbers. */
export const longestEventBytes = 400;

/** Writes one event's JSON at `at` and returns the position after it. There must be room for `longestEventBytes`. */
export type EventWriter = (into: Target, at: number, event: EventNumbers, timestampMs: number) => number;

/** A writer for one seed's events; it keeps the texts that all of them share. */
export function eventWriter(seed: number): EventWriter {
  const texts = sharedTexts(seed);
  return (into, start, event, timestampMs) => {
    let at = put(into.view, start, texts.eventId);
    at = putNumber(into.bytes, at, event.index);
    if (event.kind === 'sale') at = putSale(into, at, event, texts);
    else if (event.kind === 'refill') at = putRefill(into, at, event, texts);
    else at = putHeartbeat(into, at, event, texts);
    at = putNumber(into.bytes, at, timestampMs);
    into.bytes[at++] = closingBrace;
    return at;
  };
}

function putSale({ bytes, view }: Target, start: number, sale: Readonly<Sale>, texts: Texts): number {
  let at = put(view, start, texts.purchaseId);
  at = putNumber(bytes, at, sale.purchase);
  at = put(view, at, texts.purchaseIndex);
  bytes[at++] = zero + sale.purchaseIndex;
  at = put(view, at, texts.machine[sale.machine]!);
  at = put(view, at, texts.item[sale.item]!);
  at = putNumber(bytes, at, sale.customer);
  return put(view, at, texts.money[sale.item]!);
}

function putRefill({ bytes, view }: Target, start: number, refill: Readonly<Refill>, texts: Texts): number {
  let at = put(view, start, texts.refill);
  at = put(view, at, texts.machine[refill.machine]!);
  at = put(view, at, texts.refilledItem[refill.item]!);
  at = putNumber(bytes, at, refill.quantity);
  return put(view, at, texts.timestamp);
}

function putHeartbeat({ view }: Target, start: number, heartbeat: Readonly<Heartbeat>, texts: Texts): number {
  let at = put(view, start, texts.heartbeat);
  at = put(view, at, texts.machine[heartbeat.machine]!);
  return put(view, at, texts.status[heartbeat.status]);
}

const zero = 0x30;
const closingBrace = 0x7d;

type Texts = ReturnType<typeof sharedTexts>;

/** What stands between the numbers, in the order of the event's fields; those of all kinds end before the timestamp. */
function sharedTexts(seed: number) {
  return {
    eventId: textOf(`{"event_id":"${seed}-`),
    machine: Array.from({ length: machineCount }, (_, m) => textOf(`,"snack_automat_id":"${machineId(m)}"`)),
    purchaseId: textOf(`","kind":"sale","purchase_id":"${seed}-p`),
    purchaseIndex: textOf('","purchase_index":'),
    item: catalogue.map((entry) => textOf(`,"item":"${entry.item}","slot":${entry.slot},"customer_id":`)),
    money: catalogue.map((entry) =>
      textOf(
        `,"healthy":${entry.healthy},"price_cents":${entry.priceCents},"cost_cents":${entry.costCents},"timestamp":`,
      ),
    ),
    refill: textOf('","kind":"refill"'),
    refilledItem: catalogue.map((entry) => textOf(`,"item":"${entry.item}","slot":${entry.slot},"quantity":`)),
    timestamp: textOf(',"timestamp":'),
    heartbeat: textOf('","kind":"heartbeat"'),
    status: { ok: textOf(',"status":"ok","timestamp":'), error: textOf(',"status":"error","timestamp":') },
  };
}

/** A text as 32-bit words, filled up with zeros. */
interface Text {
  readonly words: Int32Array;
  readonly length: number;
}

function textOf(text: string): Text {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  return {
    words: Int32Array.from({ length: padded.length / 4 }, (_, i) => view.getInt32(i * 4, true)),
    length: bytes.length,
  };
}

/** Four bytes a step. The last word may write up to three zeros too many: what comes next overwrites them. */
function put(into: DataView, at: number, text: Text): number {
  const words = text.words;
  for (let i = 0; i < words.length; i++) into.setInt32(at + i * 4, words[i]!, true);
  return at + text.length;
}

/** Whole numbers from 0 to 2^53-1; in two parts, since arithmetic on 32 bits is much the cheaper one. */
function putNumber(into: Uint8Array, at: number, value: number): number {
  if (value < 1e9) return putDigits(into, at, value, digitsOf(value));
  const high = Math.floor(value / 1e9);
  return putDigits(into, putNumber(into, at, high), value - high * 1e9, 9);
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let least = 10; value >= least; least *= 10) digits++;
  return digits;
}

function putDigits(into: Uint8Array, at: number, value: number, digits: number): number {
  let rest = value | 0;
  for (let i = at + digits - 1; i >= at; i--) {
    const tenth = (rest / 10) | 0;
    into[i] = zero + rest - tenth * 10;
    rest = tenth;
  }
  return at + digits;
}
