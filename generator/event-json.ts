/**
 * Events as JSON, written straight into bytes: the same text that `JSON.stringify(eventAt(…))` makes (a test holds
 * them together), at several times the speed, because no text or object per event is ever made. Pure.
 */
import { machineCount, machineId } from '../src/machines/catalogue.js';
import { catalogue } from './catalogue.js';
import type { Sale } from './purchases.js';

/** Bytes to write into, under both of the views that the writer needs. */
export interface Target {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** No event needs more room than this, whatever its numbers. */
export const longestEventBytes = 400;

/** Writes one sale's JSON at `at` and returns the position after it. There must be room for `longestEventBytes`. */
export type EventWriter = (into: Target, at: number, sale: Sale, timestampMs: number) => number;

/** A writer for one seed's events; it keeps the texts that all of them share. */
export function eventWriter(seed: number): EventWriter {
  const texts = sharedTexts(seed);
  return (into, start, sale, timestampMs) => {
    let at = put(into.view, start, texts.eventId);
    at = putNumber(into.bytes, at, sale.index);
    at = put(into.view, at, texts.purchaseId);
    at = putNumber(into.bytes, at, sale.purchase);
    at = put(into.view, at, texts.purchaseIndex);
    into.bytes[at++] = zero + sale.purchaseIndex;
    at = put(into.view, at, texts.machine[sale.machine]!);
    at = put(into.view, at, texts.item[sale.item]!);
    at = putNumber(into.bytes, at, sale.customer);
    at = put(into.view, at, texts.money[sale.item]!);
    at = putNumber(into.bytes, at, timestampMs);
    into.bytes[at++] = closingBrace;
    return at;
  };
}

const zero = 0x30;
const closingBrace = 0x7d;

/** What stands between the numbers, in the order of `SaleEvent`. */
function sharedTexts(seed: number) {
  return {
    eventId: textOf(`{"event_id":"${seed}-`),
    purchaseId: textOf(`","kind":"sale","purchase_id":"${seed}-p`),
    purchaseIndex: textOf('","purchase_index":'),
    machine: Array.from({ length: machineCount }, (_, m) => textOf(`,"snack_automat_id":"${machineId(m)}"`)),
    item: catalogue.map((entry) => textOf(`,"item":"${entry.item}","slot":${entry.slot},"customer_id":`)),
    money: catalogue.map((entry) =>
      textOf(
        `,"healthy":${entry.healthy},"price_cents":${entry.priceCents},"cost_cents":${entry.costCents},"timestamp":`,
      ),
    ),
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
