/** Goal: work that is dear is done seldom, work that is cheap as often as it is asked for. Method: a clock that work moves. */
import { describe, expect, it } from 'vitest';
import { restingWork, restMsMax } from '../../src/serving/resting.js';

/** How often work that takes so long is done, when it is asked for every 250 ms. */
async function done(workMs: number, withinMs = 10_000): Promise<{ times: number; longestMs: number }> {
  let now = 0;
  const resting = restingWork({ nowMs: () => now });
  const begins: number[] = [];
  const work = async () => {
    begins.push(now);
    now += workMs;
  };
  while (now < withinMs) {
    await resting('view', work);
    now += 250;
  }
  return { times: begins.length, longestMs: Math.max(...begins.slice(1).map((at, i) => at - begins[i]!)) };
}

describe('resting work', () => {
  it('is not slowed where it is cheap', async () => {
    expect((await done(0)).times).toBe(40);
    expect((await done(5)).times).toBe(40);
  });

  it('takes about a fortieth of the time where it is dear, and waits for no more than the longest rest', async () => {
    const dear = await done(100);
    expect(dear.times).toBe(3);
    const dearest = await done(800, 2 * restMsMax);
    expect(dearest.longestMs).toBeLessThanOrEqual(restMsMax + 800 + 250);
    expect(dearest.times).toBeGreaterThanOrEqual(2);
  });

  it('rests by its name, gives what the work gave, and rests neither after what failed nor when the clock was set back', async () => {
    let now = 0;
    const resting = restingWork({ nowMs: () => now });
    const slow = async () => {
      now += 100;
      return 'done';
    };
    expect(await resting('a', slow)).toBe('done');
    expect(await resting('a', slow)).toBeUndefined();
    expect(await resting('b', slow)).toBe('done');
    now -= 3_600_000;
    expect(await resting('a', slow)).toBe('done');
    const fails = () => resting('c', () => Promise.reject(new Error('away')));
    await expect(fails()).rejects.toThrow('away');
    await expect(fails()).rejects.toThrow('away');
  });
});
