import { defineConfig } from 'vitest/config';
import { LabSequencer } from './test/lab/sequence.js';

// The suffix of a test says what it needs: *.unit nothing, *.embedded a folder on the disk, *.docker a Docker engine.
// One lab serves all docker tests, so they run in one process, one file after the other.
export default defineConfig({
  test: {
    sequence: { sequencer: LabSequencer },
    projects: [
      // One after the other: what is judged while it runs needs the processors for itself.
      {
        test: {
          name: 'unit',
          include: ['test/**/*.unit.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'embedded',
          include: ['test/**/*.embedded.test.ts'],
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          globalSetup: ['test/lab/built.ts'],
          testTimeout: 900_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['test/**/*.docker.test.ts'],
          sequence: { groupOrder: 3 },
          globalSetup: ['test/lab/global-setup.ts'],
          setupFiles: ['test/lab/use-lambda.ts'],
          fileParallelism: false,
          // As everywhere in these tests, no measure of speed: the end of what hangs.
          testTimeout: 3_600_000,
          hookTimeout: 3_600_000,
        },
      },
    ],
  },
});
