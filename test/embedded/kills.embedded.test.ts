/**
 * Goal: a process that is killed at any moment and started again loses nothing that was acknowledged; ledger, log and
 * answers of both architectures agree, and no position goes back.
 * Method: a lab in a process of its own is killed at moments drawn from a seed, from before its directory is open to
 * seconds into its work, with segments and batches so small that all of them turn over; what its readers saw is judged
 * by the checker. SNACKLAB_KILLS is how often (10), SNACKLAB_SEED repeats a run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draw, keyOfSeed } from '../../generator/random.js';
import { bundled } from './child-process.js';
import { expectAgreement, killed, type LivedIn, lastOfEach, startLab, untilTheEnd } from './lab-lives.js';

const kills = Number(process.env.SNACKLAB_KILLS ?? 10);
const seed = Number(process.env.SNACKLAB_SEED ?? 20_261_121);
const killsPerJudgement = 8;
/** A life's length: from its start while it is to end early, else from its first answer. */
const lifeMs = { least: 50, early: 1500, most: 2500 };

let lived: LivedIn;
beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'snacklab-kills-'));
  lived = { program: await bundled('lab-child'), dir, segmentBytesMax: 200_000 };
});
afterAll(async () => {
  await lived.program[Symbol.asyncDispose]();
  await rm(lived.dir, { recursive: true });
});

describe('an embedded lab that is killed', () => {
  it(`agrees with its log and its ledger after ${kills} kills`, { timeout: 60_000 + kills * 8_000 }, async () => {
    console.log(`seed ${seed}: SNACKLAB_SEED=${seed} SNACKLAB_KILLS=${kills} npx vitest run --project embedded kills`);
    let lines: string[] = [];
    let judged = 0;
    for (let kill = 1; kill <= kills; kill++) {
      lines.push(...(await lifeOf(kill)));
      if (kill % killsPerJudgement !== 0 && kill !== kills) continue;
      lines.push(...(await untilTheEnd(lived)));
      judged += await expectAgreement(lived, lines);
      lines = lastOfEach(lines);
    }
    console.log(`${kills} kills: ${judged} answers judged`);
    expect(judged).toBeGreaterThan(kills);
  });
});

/** One life with events, ended by SIGKILL: every other one while it begins, the others once answers are read. */
async function lifeOf(kill: number): Promise<readonly string[]> {
  const drawn = draw(keyOfSeed(seed), kill, 0) / 0x1_0000_0000;
  const running = startLab(lived, 4_000);
  if (kill % 2 === 0) await sleep(lifeMs.least + drawn * (lifeMs.early - lifeMs.least));
  else {
    await expect.poll(() => running.lines.length, { timeout: 30_000 }).toBeGreaterThan(0);
    await sleep(drawn * lifeMs.most);
  }
  return killed(running);
}
