/** CQL with its values beside it: a tag for template literals, so that no value is ever read as CQL. */
import type { Statement } from './cassandra-session.js';
import { keyspace } from './schema.js';

/** A table's name within a statement, where a value would become a parameter. */
export function table(name: string): { readonly name: string } {
  return { name: `${keyspace}.${name}` };
}

/** A statement whose inserted values are parameters, so that none of them is ever read as CQL. */
export function cql(texts: TemplateStringsArray, ...values: readonly unknown[]): Statement {
  const params: unknown[] = [];
  let query = texts[0]!;
  for (const [i, value] of values.entries()) {
    if (isTable(value)) query += value.name;
    else {
      query += '?';
      params.push(value);
    }
    query += texts[i + 1];
  }
  return { query, params };
}

function isTable(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && !(value instanceof Uint8Array);
}
