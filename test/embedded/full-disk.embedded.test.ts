/**
 * Goal: a disk that is full says so, costs nothing that was acknowledged, and the lab goes on once it has room again.
 * Method: a lab in a process of its own on a small disk that is filled while it works; afterwards ledger, log and
 * answers are judged by the checker.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled, type Program, type Running } from './child-process.js';
import { expectAgreement, killed, type LivedIn, positionSeen, startLab, untilTheEnd } from './lab-lives.js';
import { openSmallDisk, type SmallDisk } from './small-disk.js';

const diskBytes = 48 << 20;
/** A disk that is full for so long has met every service's next write. */
const fullMs = 6_000;

let program: Program;
beforeAll(async () => {
  program = await bundled('lab-child');
});
afterAll(() => program[Symbol.asyncDispose]());

const livedOn = ({ path, limits }: SmallDisk): LivedIn => ({
  program,
  dir: join(path, 'lab'),
  limits,
  segmentBytesMax: 16 << 20,
});

const sum = (position: readonly number[] | undefined) => (position ?? []).reduce((all, offset) => all + offset, 0);
const counted = ({ lines }: Running, lab: string) => sum(positionSeen(lines, lab));

async function untilCounted(running: Running, messages: number): Promise<void> {
  for (const lab of ['lambda', 'kappa']) {
    await expect
      .poll(() => counted(running, lab) > messages || running.process.exitCode, { timeout: 90_000 })
      .toBe(true);
  }
}

/** Fills the disk under a lab that works, and waits until it has said what to do. */
async function fillUnder(running: Running, disk: SmallDisk): Promise<void> {
  await untilCounted(running, 3_000);
  await disk.fill();
  await expect
    .poll(() => running.said.some((line) => /make room|No space|ENOSPC|EFBIG|too large/i.test(line)), {
      timeout: 60_000,
    })
    .toBe(true);
  await sleep(fullMs);
  expect({ exitCode: running.process.exitCode, said: running.said.slice(-5) }).toMatchObject({ exitCode: null });
}

describe('a lab on a full disk', { timeout: 300_000 }, () => {
  it('goes on by itself when there is room again, and has lost nothing', async () => {
    await using disk = await openSmallDisk(diskBytes);
    const lived = livedOn(disk);
    const running = startLab(lived, 2_000);
    await fillUnder(running, disk);
    const before = Math.max(counted(running, 'lambda'), counted(running, 'kappa'));
    await disk.makeRoom(running.process.pid!);
    await untilCounted(running, before + 2_000);
    const lines = [...(await killed(running)), ...(await untilTheEnd({ ...lived, limits: [] }))];
    await expectAgreement(lived, lines);
  });

  it('may be killed there, and the next one begins where there is room', async () => {
    await using disk = await openSmallDisk(diskBytes);
    const lived = livedOn(disk);
    const first = startLab(lived, 2_000);
    await fillUnder(first, disk);
    const lines = [...(await killed(first))];
    const second = startLab(lived, 2_000);
    await sleep(fullMs);
    await disk.makeRoom(second.process.pid!);
    lines.push(...(await killed(second)), ...(await untilTheEnd({ ...lived, limits: [] })));
    await expectAgreement(lived, lines);
  });
});
