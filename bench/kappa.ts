/**
 * The benchmark of the Kappa lab: every row of the project's "Speed and memory" table that is Kappa's, measured on the
 * real engines as a user would run them. It needs a machine without a Kappa lab and removes the one that it brings up.
 *
 *     npm run bench:kappa -- [--only start,ages,memory,switch,replay]
 */
import { ageRow } from './age.js';
import type { WantedLab } from './lab.js';
import { memoryRow } from './memory.js';
import { replayRow } from './replay.js';
import { runBench } from './run.js';
import { startRow } from './start.js';
import { switchRow } from './switch.js';

/** All rows are at a thousand events a second; the first three share a lab. */
const thousand: WantedLab = { name: 'kappa', flags: ['--rate', '1000', '--questions', 'core'] };

await runBench('kappa', {
  start: () => startRow(thousand, { answer: 40 }),
  ages: () => ageRow(thousand, { p50: 400, p99: 800 }),
  memory: () => memoryRow(thousand, 3.3),
  switch: () => switchRow(thousand),
  replay: () => replayRow(thousand),
});
