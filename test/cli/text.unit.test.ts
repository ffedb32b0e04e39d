import { describe, expect, it } from 'vitest';
import { duration, grouped, nearest, size, table } from '../../src/cli/text.js';

describe('texts', () => {
  it('aligns numbers right and words left', () => {
    const text = table(
      ['item', 'sold'],
      [
        ['apple', '1,234'],
        ['fig', '7'],
      ],
    );
    expect(text).toBe('item    sold\napple  1,234\nfig        7');
  });

  it('groups digits, also beyond what a JSON number keeps', () => {
    expect(grouped('9223372036854775807')).toBe('9,223,372,036,854,775,807');
    expect(grouped('-1234')).toBe('-1,234');
    expect(grouped(12)).toBe('12');
  });

  it('says durations and sizes as one reads them', () => {
    expect([duration(950), duration(3200), duration(125_000)]).toEqual(['950 ms', '3.2 s', '2 min 5 s']);
    expect([size(512 * 2 ** 20), size(1.5 * 2 ** 30)]).toEqual(['512 MiB', '1.5 GiB']);
  });

  it('finds the nearest name, and none when none is near', () => {
    expect(nearest('items-solt', ['items-sold', 'revenue-by-machine'])).toBe('items-sold');
    expect(nearest('kafak', ['kafka', 'cassandra'])).toBe('kafka');
    expect(nearest('weather', ['items-sold', 'revenue-by-machine'])).toBeUndefined();
  });
});
