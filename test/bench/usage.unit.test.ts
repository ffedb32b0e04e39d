import { describe, expect, it } from 'vitest';
import { coresText, highestMemory, memoryText, samplesPerSecond, totalMemory, type Usage } from '../../bench/usage.js';

const gib = 2 ** 30;
const sample = (atMs: number, kafka: number, spark: number, cpu = 0): Usage => ({
  atMs,
  memory: new Map([
    ['kafka', kafka * gib],
    ['spark', spark * gib],
  ]),
  cpu: new Map([
    ['kafka', 0.001],
    ['spark', cpu],
  ]),
});

describe('samples of what containers use', () => {
  it('add up, and the highest of them is that of all containers together', () => {
    const samples = [sample(0, 3, 1), sample(400, 1, 4), sample(800, 2, 2)];
    expect(samples.map((one) => totalMemory(one) / gib)).toEqual([4, 5, 4]);
    expect(highestMemory(samples)).toBe(samples[1]);
    expect(memoryText(samples[1]!)).toBe('spark 4.00, kafka 1.00');
    expect(samplesPerSecond(samples)).toBe(2.5);
  });

  it('say how many cores were used between two of them, without what was idle', () => {
    expect(coresText(sample(0, 1, 1, 10), sample(4000, 1, 1, 16))).toBe('spark 1.50');
  });
});
