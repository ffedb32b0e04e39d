/** The stored form of heads and live pointer: one JSON text. */
import type { Head } from '../../serving/head.js';
import type { HeadsRow } from '../heads-row.js';

export function formatHeads({ heads, ...pointer }: HeadsRow): string {
  return JSON.stringify({ ...pointer, heads: [...heads.values()] });
}

/** Reads what `formatHeads` wrote. */
export function parseHeads(text: string): HeadsRow {
  const { heads, ...pointer } = JSON.parse(text) as Omit<HeadsRow, 'heads'> & { readonly heads: readonly Head[] };
  return { ...pointer, heads: new Map(heads.map((head) => [head.pipeline, head])) };
}
