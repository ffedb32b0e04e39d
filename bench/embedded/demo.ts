/** `demo --seconds 10`, from the command to its verdict, as a user runs it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findResources } from '../../src/resources.js';
import { median, type Row } from '../row.js';

const rounds = 3;

export async function demoRow(): Promise<Row> {
  const cli = join(findResources().root, 'dist', 'cli.mjs');
  const seconds: number[] = [];
  const verdicts: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedMs = performance.now();
    const { stdout } = spawnSync(process.execPath, [cli, 'demo', '--seconds', '10', '--json'], { encoding: 'utf8' });
    seconds.push((performance.now() - startedMs) / 1000);
    verdicts.push((JSON.parse(stdout) as { verdict: string }).verdict);
  }
  const allPass = verdicts.every((verdict) => verdict === 'pass');
  return {
    name: 'demo',
    title: 'demo --seconds 10, from the command to the verdict',
    figures: [
      { what: 'median', value: allPass ? median(seconds) : Number.NaN, unit: 's', atMost: 13 },
      { what: 'longest', value: Math.max(...seconds), unit: 's' },
    ],
    conditions: [`${rounds} runs; verdicts: ${verdicts.join(', ')}`],
  };
}
