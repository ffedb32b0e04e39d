/**
 * A whole generator as a process of its own, for tests that kill it: `BROKER FOLDER RATE`. Its serving store always
 * wants it to run; each report is printed as a line of JSON.
 */
import { producerAt, runGenerator } from '../../generator/run-generator.js';
import { runService } from '../../src/runtimes/docker/service-runtime.js';
import { realClock } from '../../src/runtimes/service-scope.js';

const [kafka, ledgerFolder, rate] = process.argv.slice(2);

await runService('generator', ({ stop, say }) =>
  runGenerator({
    settings: {
      rate: Number(rate),
      seed: 7,
      events: undefined,
      startTimeMs: undefined,
      dayMs: null,
      late: 0,
      duplicate: 0.05,
      malformed: 0.05,
    },
    openProducer: (scope) => producerAt(kafka!, scope),
    ledgerFolder: ledgerFolder!,
    openStore: async () => ({
      readWanted: async () => ({ rate: null, paused: false, batchRequests: 0 }),
      report: async ({ report }) => void process.stdout.write(`${JSON.stringify(report)}\n`),
      [Symbol.asyncDispose]: async () => {},
    }),
    clock: realClock(),
    stop,
    say,
  }),
);
