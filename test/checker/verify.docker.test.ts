// Goal: the outside judge sees what is wrong on the real store. Method: on the shared lab, with the batch cycle held so
// that no base covers it meanwhile, one committed slice is altered, then deleted, and each time put back.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { pack, unpack } from '../../src/serving/packed.js';
import { runCli } from '../lab/cli.js';
import { cql, expectExact, holdAt, liveHead, release, waitForBase, waitForSlices } from '../lab/lambda.js';

const question = 'items-sold';

describe.runIf(inject('docker'))('verify on the real engines', () => {
  let slice: StoredSlice;

  beforeAll(async () => {
    await waitForBase(0);
    await holdAt('coordinator', 'idle');
    await waitForSlices(3);
    slice = await newestSlice();
  });

  afterAll(async () => {
    await release('coordinator', 'idle');
  });

  const verify = (...args: string[]) =>
    runCli(['lambda', 'verify', '--seconds', '5', '--question', question, ...args, '--json']);

  it('says wrong when one packed slice is altered, also when the history is judged again', async () => {
    const sums = new Map(unpack(slice.sums));
    const [key, [sold, cents]] = [...sums][0]! as [string, [bigint, bigint]];
    await putBack({ ...slice, sums: pack(sums.set(key, [sold + 1n, cents])) });
    const first = await verify().finally(() => putBack(slice));
    expect(first.exitCode, first.stderr).toBe(1);
    const document = JSON.parse(first.stdout);
    expect(document).toMatchObject({ schema: 'snacklab/verify', verdict: 'fail' });
    const flaw = document.wrongAnswers[0].flaws.find((one: { what: string }) => one.what === 'sold');
    expect(flaw).toMatchObject({ invariant: 'prefix', key });
    expect(BigInt(flaw.got) - BigInt(flaw.expected)).toBe(1n);

    const again = await verify('--history', document.history);
    const { wrong, ok, unknown } = JSON.parse(again.stdout);
    expect([again.exitCode, wrong, ok, unknown]).toEqual([1, document.wrong, document.ok, document.unknown]);
  });

  it('says unknown when one slice is deleted, and names it', async () => {
    await cql(`DELETE FROM snacklab.slices ${ofSlice}`, keyOf(slice));
    const result = await verify().finally(() => putBack(slice));
    expect(result.exitCode, result.stdout).toBe(2);
    const document = JSON.parse(result.stdout);
    expect(document).toMatchObject({ verdict: 'unknown', wrong: 0, ok: 0 });
    expect(document.unknown).toBeGreaterThan(0);
    expect(document.shortcomings.join()).toContain(`slice ${slice.number} is missing`);
  });

  it('passes when all is as it was', async () => {
    await release('coordinator', 'idle');
    await expectExact('--ledger');
  });
});

interface StoredSlice {
  readonly incarnation: number;
  readonly number: string;
  readonly epoch: number;
  readonly sums: Buffer;
  /** All columns by name, as they are stored. */
  readonly row: Readonly<Record<string, unknown>>;
}

const ofSlice = 'WHERE incarnation = ? AND question = ? AND number = ? AND epoch = ?';
const keyOf = ({ incarnation, number, epoch }: StoredSlice) => [incarnation, question, number, epoch];

/** The slice that the head named last: with the cycle held, every later answer is merged from it. */
async function newestSlice(): Promise<StoredSlice> {
  const { incarnation, number, segments } = await liveHead();
  const epoch = segments.at(-1)!.epoch;
  const key = [incarnation, question, String(number), epoch];
  const { rows } = await cql(`SELECT * FROM snacklab.slices ${ofSlice}`, key);
  expect(rows).toHaveLength(1);
  const row = Object.fromEntries(rows[0]!.keys().map((column) => [column, rows[0]![column]]));
  return { incarnation, number: String(number), epoch, sums: row.sums as Buffer, row };
}

/** Writes the slice as it is given, whatever is there. */
async function putBack(slice: StoredSlice): Promise<void> {
  const row = { ...slice.row, sums: slice.sums };
  const columns = Object.keys(row);
  const marks = columns.map(() => '?').join(', ');
  await cql(`INSERT INTO snacklab.slices (${columns.join(', ')}) VALUES (${marks})`, Object.values(row));
}
