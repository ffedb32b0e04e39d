#!/usr/bin/env node
/** The command line's entry point: signals in, exit code out. The commands are listed in ./command-table.ts. */
import { setMaxListeners } from 'node:events';
import { Interrupted, ignoreClosedPipe, interruptedExitCode, printProgress } from './output.js';
import { runCommandLine } from './program.js';

const interruption = new AbortController();
// Each reader of `verify` and of the demo that sleeps listens to it, and Node warns of more than ten.
setMaxListeners(0, interruption.signal);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Who asks twice does not want to wait for an orderly end.
    if (interruption.signal.aborted) process.exit(interruptedExitCode);
    interruption.abort(new Interrupted());
    printProgress('stopping (once more to leave at once) …', process);
  });
}
ignoreClosedPipe(process.stdout);
ignoreClosedPipe(process.stderr);

const exitCode = await runCommandLine(process.argv.slice(2), process, interruption.signal);
// Clients of the engines may hold connections open; all that was to be said has been written.
process.exit(exitCode);
