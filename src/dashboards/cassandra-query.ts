/**
 * A panel's target for Grafana's Cassandra data source (hadesarchitect-cassandra-datasource 3.3.0).
 * Its backend reads the first column as the series' name and needs `queryType`; the CQL has to begin with "SELECT ".
 */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';

/** The provisioned data source, by the uid that it is provisioned under. */
export const cassandra = { type: 'hadesarchitect-cassandra-datasource', uid: 'cassandra' } as const;

export interface CassandraQuery extends Dataquery {
  readonly refId: string;
  readonly datasource: typeof cassandra;
  readonly queryType: 'query';
  readonly rawQuery: true;
  readonly target: string;
  readonly alias: string;
}

/** A query whose only series is named by its first column. Throws on CQL that the data source would refuse. */
export function cassandraQuery(refId: string, cql: string): Builder<Dataquery> {
  if (!cql.startsWith('SELECT ') || cql.includes('\n')) throw new Error(`the data source would refuse: ${cql}`);
  const query: CassandraQuery = {
    refId,
    datasource: cassandra,
    queryType: 'query',
    rawQuery: true,
    target: cql,
    alias: '',
    _implementsDataqueryVariant: () => {},
  };
  return { build: () => query };
}
