/**
 * What the tests do to the shared lab: kill and start its containers, hold its services, look into its store.
 * Waits are for conditions, each with a name, and an end that no slow machine comes near.
 */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'cassandra-driver';
import { cycleOf } from '../../lambda/cycle.js';
import type { LabName } from '../../src/resources.js';
import { openCassandraStore } from '../../src/runtimes/docker/cassandra-store.js';
import type { ServingStore } from '../../src/runtimes/ports.js';
import type { Head } from '../../src/serving/head.js';
import { type CliResult, hangMs, runCli } from './cli.js';
import { expectRight } from './only-slow.js';

/** For so long at least the judge reads on after what was done beside it. */
const seenAfterwardsMs = 8_000;

/** Output of `docker ARGS`. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args, { maxBuffer: 64 << 20, timeout: hangMs });
  return stdout.trim();
}

/** Asks again and again until there is something. */
export async function waitFor<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  const endMs = Date.now() + hangMs;
  let last: unknown;
  while (Date.now() < endMs) {
    try {
      const found = await ask();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    // Most looks open a client of their own.
    await sleep(400);
  }
  throw new Error(`${what}: not within ${hangMs} ms`, { cause: last });
}

/**
 * Freezes all of a container's processes. The runtime gives up and thaws them where they start others meanwhile, as a
 * look at a container's health does: it says "unable to freeze" then, and nothing has happened.
 */
export async function pause(container: string): Promise<void> {
  await waitFor(`${container} frozen`, () => docker('pause', container).then(() => true));
}

/** One of the tests' labs: what may be done to it. */
export type TestLab = ReturnType<typeof testLab>;

/** The lab of this name with its ports shifted so. */
export function testLab(lab: LabName, portBase: number) {
  const cassandraPort = 9042 + portBase;
  /** The lab's Kafka, from the host. */
  const brokerAddress = `127.0.0.1:${9092 + portBase}`;

  /** A service's container, as compose names it. */
  function container(service: string): string {
    return `snacklab-${lab}-${service}-1`;
  }

  /** Ends all of a service's processes at once, as a crash does, and starts it again. */
  async function killAndStart(service: string): Promise<void> {
    await docker('kill', '--signal', 'KILL', container(service));
    await docker('start', container(service));
  }

  /** SIGKILL to the processes in a container whose command line has this text. */
  async function killInside(service: string, commandLine: string): Promise<void> {
    const kill = () => docker('exec', container(service), 'pkill', '-9', '-f', commandLine);
    // Between two starts there is none.
    await waitFor(`${commandLine} in ${service}`, () => kill().then(() => true));
  }

  /** The serving store, from the host. Closed by `await using`. */
  function openStore(): Promise<ServingStore & AsyncDisposable> {
    return openCassandraStore({ contactPoint: `127.0.0.1:${cassandraPort}`, architecture: lab });
  }

  /** Runs CQL against the lab's Cassandra. */
  async function cql(statement: string, values: readonly unknown[] = []) {
    const client = new Client({
      contactPoints: [`127.0.0.1:${cassandraPort}`],
      localDataCenter: 'datacenter1',
      socketOptions: { readTimeout: 20_000 },
    });
    try {
      return await client.execute(statement, values as unknown[], { prepare: true });
    } finally {
      await client.shutdown();
    }
  }

  /** Makes a service stop at a point of its code, and waits until it is there. */
  async function holdAt(service: string, point: string): Promise<void> {
    await cql('INSERT INTO snacklab.holds (service, point, wanted, reached_ms) VALUES (?, ?, true, null)', [
      service,
      point,
    ]);
    const select = 'SELECT reached_ms FROM snacklab.holds WHERE service = ? AND point = ?';
    await waitFor(`${service} at ${point}`, async () => {
      const { rows } = await cql(select, [service, point]);
      return rows[0]?.reached_ms !== null && rows[0] !== undefined;
    });
  }

  async function release(service: string, point: string): Promise<void> {
    await cql('DELETE FROM snacklab.holds WHERE service = ? AND point = ?', [service, point]);
  }

  /** The number of the live pipeline's newest published base. */
  async function publishedBase(): Promise<number> {
    return (await liveHead()).baseId;
  }

  /** The batch cycle's state as it is stored. */
  async function cycleState() {
    await using store = await openStore();
    const head = (await store.readHeads()).heads.get('lambda-1')!;
    const cycle = cycleOf(head, await store.readState('lambda-1'));
    if (cycle === undefined) throw new Error('the coordinator has not made the cycle of lambda-1 yet');
    return cycle;
  }

  /** The live pipeline's head. */
  async function liveHead() {
    await using store = await openStore();
    const { heads, live } = await store.readHeads();
    return heads.get(live)!;
  }

  /** The live head's slice number: it grows while events flow and the stream job works. */
  async function headNumber(): Promise<number> {
    return (await liveHead()).number;
  }

  /** Waits until slices are committed again. */
  async function waitForSlices(more = 3): Promise<void> {
    const from = await waitFor('the head', headNumber);
    await waitFor(`${more} more slices`, async () => (await headNumber()) >= from + more);
  }

  /** As the command `batch` does: the next cycle begins as soon as none is under way. */
  async function askForBatch(): Promise<void> {
    await using store = await openStore();
    const { batchRequests } = await store.readWanted();
    await store.changeWanted({ batchRequests: batchRequests + 1 });
  }

  /** Asks for a batch where none is under way or asked for: the last may have covered less than is waited for. */
  async function askForNextBatch(): Promise<void> {
    await using store = await openStore();
    const { heads, live } = await store.readHeads();
    const cycle = cycleOf(heads.get(live)!, await store.readState(live));
    const { batchRequests } = await store.readWanted();
    if (cycle?.name === 'idle' && cycle.history.requestsSeen >= batchRequests)
      await store.changeWanted({ batchRequests: batchRequests + 1 });
  }

  /** Waits until a base is published that was not there before; in the Lambda lab it asks for one. */
  async function waitForBase(than: number): Promise<void> {
    await waitForHead(`a base above ${than}`, ({ baseId }) => baseId > than);
  }

  /** Waits until the live head's base is as is wanted; in the Lambda lab it asks for bases meanwhile. */
  async function waitForHead(what: string, isWanted: (head: Head) => boolean): Promise<void> {
    await waitFor(what, async () => {
      if (isWanted(await liveHead())) return true;
      if (lab === 'lambda') await askForNextBatch();
      return false;
    });
  }

  /** Judges the lab from outside; a wrong answer, or too little seen, fails the test with all that the judge said. */
  async function expectExact(...args: readonly string[]): Promise<CliResult> {
    // A version that has just begun has no base, and a stream job that has few positions to show: neither can pass.
    await waitForBase(0);
    await waitForSlices();
    // After a kill drivers and executors are cold, and on a busy machine their first slices take many seconds.
    return judged(15, args);
  }

  async function judged(seconds: number, args: readonly string[]): Promise<CliResult> {
    const span = ['--seconds', String(seconds), '--at-most', String(seconds + hangMs / 1000)];
    const result = await runCli([lab, 'verify', ...span, ...args, '--json'], {
      timeoutMs: seconds * 1000 + 2 * hangMs,
    });
    expectRight(result, args.includes('--after-kill'));
    return result;
  }

  /**
   * Judges what readers see for so long while something is done, which is to end before that. Where it has taken longer, the
   * judge looks once more: what was done last is never left unseen.
   */
  async function expectExactWhile(seconds: number, something: () => Promise<void>, ...args: readonly string[]) {
    await waitForBase(0);
    await waitForSlices();
    const endMs = Date.now() + seconds * 1000;
    // Both to their end, and its own failure first: what is done goes on no longer than its test, and says why it failed.
    const [done, judgement] = await Promise.allSettled([
      something().then(() => Date.now() + seenAfterwardsMs <= endMs),
      judged(seconds, args),
    ]);
    if (done.status === 'rejected') throw done.reason;
    if (judgement.status === 'rejected') throw judgement.reason;
    if (!done.value) await expectExact(...args);
  }

  return {
    brokerAddress,
    container,
    killAndStart,
    killInside,
    openStore,
    cql,
    holdAt,
    release,
    publishedBase,
    cycleState,
    liveHead,
    headNumber,
    waitForSlices,
    askForBatch,
    waitForBase,
    waitForHead,
    expectExact,
    expectExactWhile,
  };
}
