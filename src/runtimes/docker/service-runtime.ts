/**
 * What every service process in a container shares: an orderly end on SIGTERM, one line a message on stdout, and an
 * exit code that makes Docker start it again after an error. What the service does is its own file's matter.
 */
import { labName } from '../../config/service.js';
import { describeError, isAway, LabError, suggestionFor } from '../../errors.js';
import { realClock, type ServiceScope } from '../service-scope.js';

const awayPauseMs = 5_000;

/** Runs a service to its end and leaves the process: 0 after SIGTERM or a fulfilled task, else the error's code. */
export async function runService(name: string, main: (scope: ServiceScope) => Promise<void>): Promise<never> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
  const say = (line: string) => process.stdout.write(`${new Date().toISOString()} ${name}: ${line}\n`);
  try {
    say('started');
    await main({ stop: stopping.signal, clock: realClock(stopping.signal), say });
    say('ended');
    process.exit(0);
  } catch (error) {
    say(`failed: ${describeError(error)}`);
    const suggestion = error instanceof LabError ? suggestionFor(error, labName()) : undefined;
    if (suggestion !== undefined) say(`try: ${suggestion}`);
    // An engine that is away comes back in seconds; starting again at once would only count up restarts.
    if (isAway(error)) await realClock(stopping.signal).sleep(awayPauseMs);
    process.exit(1);
  }
}
