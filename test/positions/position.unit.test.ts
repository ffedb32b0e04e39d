import { describe, expect, it } from 'vitest';
import { covers, equal, max, messagesBetween, min, parsePosition } from '../../src/positions/position.js';

describe('positions', () => {
  it('are only partly ordered: of (3,1) and (1,3) neither covers the other', () => {
    expect(covers([3, 1], [1, 3])).toBe(false);
    expect(covers([1, 3], [3, 1])).toBe(false);
    expect(covers([3, 3], [1, 3])).toBe(true);
  });

  it('have a least and a greatest bound', () => {
    expect(min([3, 1], [1, 3])).toEqual([1, 1]);
    expect(max([3, 1], [1, 3])).toEqual([3, 3]);
  });

  it('count the messages between them over all partitions', () => {
    expect(messagesBetween([1, 0], [3, 7])).toBe(9);
  });

  it('of different logs are not compared', () => {
    expect(() => covers([1], [1, 2])).toThrow('positions of different logs: 1 and 2 partitions');
    expect(equal([1], [1, 0])).toBe(false);
  });

  it.each(['', '[]x', '{"0":1}', '[-1]', '[1.5]', '["1"]', 'null'])('are never guessed from %j', (text) => {
    expect(() => parsePosition(text)).toThrow();
  });
});
