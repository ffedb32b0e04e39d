/** Goal: a served view has a name for each table and column, a row a key, and versions in the order of switch and slice. */
import { describe, expect, it } from 'vitest';
import { itemsSold } from '../../src/questions/builtin.js';
import { greatest, least, type Question } from '../../src/questions/question.js';
import {
  faceValues,
  keyColumns,
  servedRows,
  servedTable,
  sumColumn,
  viewVersion,
} from '../../src/serving/served-view.js';

describe('names', () => {
  it('turns questions and sums into tables and columns', () => {
    expect(servedTable(itemsSold)).toBe('served_items_sold');
    expect(keyColumns({ ...itemsSold, key: ['item', { hour: 'timestamp' }] })).toEqual(['item', 'timestamp_hour']);
    expect(sumColumn('revenueCents', 'real_time')).toBe('revenue_cents_real_time');
  });

  it('lets no name through that CQL would read otherwise', () => {
    expect(() => servedTable({ ...itemsSold, name: 'x; DROP TABLE heads' })).toThrow('not a name');
  });
});

describe('versions', () => {
  it('go by the switch first, then by the slice', () => {
    expect(viewVersion(1, 7, 0) > viewVersion(0, 500_000_000_000, 400_000_000_000)).toBe(true);
    expect(viewVersion(0, 7, 7) > viewVersion(0, 7, 3)).toBe(true);
  });
});

describe('servedRows', () => {
  it('gives each key its sums in all faces, 0 where a part has no event of it', () => {
    const rows = servedRows(itemsSold, {
      base: new Map([['["apple"]', [2n, 20n]]]),
      realTime: new Map([['["mars"]', [1n, 9n]]]),
      merged: new Map([
        ['["mars"]', [1n, 9n]],
        ['["apple"]', [2n, 20n]],
      ]),
      truth: new Map([['["apple"]', [3n, 20n]]]),
    });
    expect(rows.map(({ key }) => key)).toEqual([{ item: 'apple' }, { item: 'mars' }]);
    expect(rows[0]!.sums.sold).toEqual({ base: 2n, realTime: 0n, merged: 2n, truth: 3n });
    expect(rows[1]!.sums.revenueCents).toEqual({ base: 0n, realTime: 9n, merged: 9n, truth: 0n });
    expect(faceValues(rows[0]!.sums.sold!).error).toBe(-1n);
  });

  it('has no least and no greatest where a part has no event', () => {
    const question: Question = { ...itemsSold, sums: { first: least('timestamp'), last: greatest('timestamp') } };
    const [row] = servedRows(question, {
      base: new Map(),
      realTime: new Map([['["apple"]', [3n, 5n]]]),
      merged: new Map([['["apple"]', [3n, 5n]]]),
      truth: new Map(),
    });
    expect(row!.sums.first).toEqual({ base: null, realTime: 3n, merged: 3n, truth: null });
    expect(faceValues(row!.sums.last!).error).toBeNull();
  });

  it('says no error where the truth is not known', () => {
    expect(faceValues({ base: 1n, realTime: 1n, merged: 2n, truth: null }).error).toBeNull();
  });
});
