import { defineConfig } from 'vitest/config';
import { LabSequencer } from './test/lab/sequence.js';

// The suffix of a test says what it needs: *.unit nothing, *.docker a Docker engine.
// One lab serves all docker tests, so they run in one process, one file after the other.
export default defineConfig({
  test: {
    sequence: { sequencer: LabSequencer },
    projects: [
      { test: { name: 'unit', include: ['test/**/*.unit.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'docker',
          include: ['test/**/*.docker.test.ts'],
          globalSetup: ['test/lab/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
