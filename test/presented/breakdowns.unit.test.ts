/**
 * Goal: a machine is told as broken when it is, and none is because the lab is slow, paused, late or sent a wild time.
 * Method: heartbeats of a shop in rounds, folded by hand; and what is hostile or missing.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsPerBlock, heartbeatsPerBlock } from '../../generator/event-index.js';
import { heartbeatsOf } from '../../generator/heartbeats.js';
import { blocksPerEpoch, machineStates } from '../../generator/outages.js';
import { machineCount, machineId } from '../../src/machines/catalogue.js';
import { beatsUntilMissed, brokenMachines, silentMediansMin, silentMsMin } from '../../src/presented/breakdowns.js';
import { namedSums } from '../../src/presented/presented.js';

interface Beat {
  readonly id: string;
  readonly atMs: number;
  readonly status?: 'ok' | 'error';
}

const startMs = Date.UTC(2026, 9, 5, 8);

/** As the sums of the question are declared, by plain loops; least and greatest of nothing are null. */
function present(beats: readonly Beat[]) {
  const rows = [...new Set(beats.map(({ id }) => id))].map((id) => {
    const own = beats.filter((beat) => beat.id === id);
    const greatest = (some: readonly Beat[]) =>
      some.length === 0 ? null : String(some.reduce((last, { atMs }) => Math.max(last, atMs), 0));
    const withStatus = (status: string) => own.filter((beat) => (beat.status ?? 'ok') === status);
    const sums = {
      lastMs: greatest(own),
      lastOkMs: greatest(withStatus('ok')),
      lastErrorMs: greatest(withStatus('error')),
    };
    const merged = Object.entries({ beats: String(own.length), ...sums }).map(([name, sum]) => [name, { merged: sum }]);
    return { key: { snack_automat_id: id }, sums: Object.fromEntries(merged) };
  });
  return brokenMachines.present(namedSums(rows));
}

/** Machines of the shop, one after the other, again and again; each round takes so long. */
function rounds(count: number, roundMs: number, fromMs = startMs, machines = machineCount): readonly Beat[] {
  return Array.from({ length: count * machines }, (_, i) => ({
    ...{ id: machineId(i % machines), atMs: fromMs + Math.floor((i * roundMs) / machines) },
  }));
}

const problems = (beats: readonly Beat[]) => present(beats).rows.map(([id, , problem]) => `${id} ${problem}`);

describe('broken machines', () => {
  it.each([100, 2_000, 3_600_000])('are none where all speak in rounds of %i ms', (roundMs) => {
    expect(problems(rounds(4, roundMs))).toEqual([]);
  });

  it('are those that have been silent too long, and those whose newest word is an error', () => {
    const dead = machineId(7);
    const beats = [
      // The last round begins 20 s after the first; its last machine speaks at the newest time.
      ...rounds(11, 2_000).filter(({ id, atMs }) => id !== dead || atMs < startMs + 2_000),
      { id: 'SNACK--90', atMs: startMs + 22_000, status: 'error' } as const,
      { id: 'SNACK--9', atMs: startMs + 22_000, status: 'error' } as const,
    ];
    const { rows, says } = present(beats);
    const lastWord = startMs + Math.floor((7 * 2_000) / machineCount);
    expect(rows).toEqual([
      [dead, 'main station', 'silent', new Date(lastWord).toISOString(), (startMs + 22_000 - lastWord) / 1000],
      ['SNACK--9', 'main station', 'errors', '2026-10-05T08:00:22.000Z', 0],
      ['SNACK--90', expect.any(String), 'errors', '2026-10-05T08:00:22.000Z', 0],
    ]);
    expect(says).toBe(
      '1 silent and 2 with errors of 126 machines, as of 2026-10-05T08:00:22.000Z, the newest heartbeat; ' +
        'silent is one not heard of for over 10 s',
    );
  });

  it('are silent after so many medians or ms, whichever is more, and not just at it', () => {
    const silentFor = (limitMs: number, medianMs: number, moreMs: number) =>
      problems([
        { id: 'a', atMs: startMs },
        { id: 'b', atMs: startMs - medianMs },
        { id: 'c', atMs: startMs - limitMs - moreMs },
      ]);
    const slowMs = silentMsMin;
    for (const [limitMs, medianMs] of [
      [silentMsMin, 0],
      [silentMediansMin * slowMs, slowMs],
    ] as const) {
      expect(silentFor(limitMs, medianMs, 0)).toEqual([]);
      expect(silentFor(limitMs, medianMs, 1)).toEqual(['c silent']);
    }
  });

  it('are silent and not with errors where both holds, the longest silence first', () => {
    const beats = [
      ...rounds(3, 2_000),
      { id: 'x', atMs: startMs - 60_000, status: 'error' } as const,
      ...['y10', 'y9'].map((id) => ({ id, atMs: startMs - 30_000 })),
      { id: 'z', atMs: startMs - 90_000 },
    ];
    expect(problems(beats)).toEqual(['z silent', 'x silent', 'y9 silent', 'y10 silent']);
    expect(present(beats).rows[0]![1]).toBe('unknown');
  });

  it.each([
    ['an error after ok', ['ok', 'error'], true],
    ['ok after an error', ['error', 'ok'], false],
    ['errors only', ['error', 'error'], true],
    ['ok only', ['ok', 'ok'], false],
  ] as const)('report errors or do not: %s', (_, statuses, isBroken) => {
    const beats = statuses.map((status, i) => ({ id: 'SNACK--1', atMs: startMs + i, status }));
    expect(problems(beats)).toEqual(isBroken ? ['SNACK--1 errors'] : []);
    expect(problems(beats.toReversed())).toEqual(isBroken ? ['SNACK--1 errors'] : []);
  });

  it('report no errors where ok and error have one time', () => {
    const both = (['ok', 'error'] as const).map((status) => ({ id: 'SNACK--1', atMs: startMs, status }));
    expect(problems(both)).toEqual([]);
  });

  it('are none of one machine, nor of any that all speak at once', () => {
    expect(problems([{ id: 'SNACK--3', atMs: startMs }])).toEqual([]);
    expect(problems(rounds(5, 0))).toEqual([]);
  });
});

describe('machines that the generator breaks', () => {
  /** Heartbeats of one epoch and a half, an event so often. */
  function generated(seed: number, everyMs: number): readonly Beat[] {
    const read = heartbeatsOf(seed);
    return Array.from({ length: blocksPerEpoch * 1.5 * heartbeatsPerBlock }, (_, i) => {
      const { index, machine, status } = read(Math.floor(i / heartbeatsPerBlock), i % heartbeatsPerBlock);
      return { id: machineId(machine), atMs: startMs + index * everyMs, status };
    });
  }

  it.each([
    [5, 20],
    [6, 20],
    [7, 1],
  ])('are told, and no others: seed %i, an event each %i ms', (seed, everyMs) => {
    const states = machineStates(seed, 1);
    const broken = states.flatMap((state, machine) => {
      return state === 'ok' ? [] : [`${machineId(machine)} ${state === 'error' ? 'errors' : state}`];
    });
    expect(broken.length).toBeGreaterThan(0);
    expect(new Set(problems(generated(seed, everyMs)))).toEqual(new Set(broken));
    expect((blocksPerEpoch / 2) * eventsPerBlock * everyMs).toBeGreaterThan(silentMsMin);
  });
});

describe('no machine is broken', () => {
  const healthy = rounds(4, 2_000);

  it('because heartbeats come late', () => {
    const late = healthy.map((beat) => ({ ...beat, atMs: beat.atMs - 600_000 }));
    expect(problems([...healthy, ...late])).toEqual([]);
  });

  it('because a few heartbeats have a wild time, nor is one hidden by them that is silent', () => {
    const wild = [5, 6, 7, 8, 9, 10].map((n) => ({ id: machineId(n), atMs: Number.MAX_SAFE_INTEGER - n }));
    const dead = { id: 'x', atMs: startMs - 3_600_000 };
    expect(problems([...healthy, dead])).toEqual(['x silent']);
    expect(problems([...healthy, dead, ...wild])).toEqual(['x silent']);
    expect(present([...healthy, ...wild]).says).toContain('Z, the newest heartbeat but for 6 far ahead of all others;');
  });

  it('unless most clocks are wild: then the others are, and the time is told', () => {
    const wild = Array.from({ length: 64 }, (_, n) => ({ id: machineId(n), atMs: Number.MAX_SAFE_INTEGER }));
    const { rows, says } = present([...healthy, { id: 'x', atMs: startMs - 3_600_000 }, ...wild]);
    expect(rows.length).toBeGreaterThan(0);
    expect(says).toContain(`as of ${Number.MAX_SAFE_INTEGER} ms, the newest heartbeat;`);
  });

  it('because strangers have come and gone', () => {
    const strangers = Array.from({ length: 200 }, (_, n) => ({ id: `M-${n}`, atMs: startMs - 3_600_000 }));
    const dead = healthy.filter(({ id, atMs }) => id !== 'SNACK--7' || atMs < startMs + 100);
    const later = rounds(10, 2_000, startMs + 8_000).filter(({ id }) => id !== 'SNACK--7');
    expect(problems([...dead, ...later, ...strangers]).filter((one) => one.startsWith('SNACK'))).toEqual([
      'SNACK--7 silent',
    ]);
  });

  it('for longer than a round, or five minutes: a silent one settles, and an error is told at once', () => {
    const settles = (roundMs: number) => {
      const beats = rounds(12, roundMs).filter(({ id, atMs }) => id !== 'SNACK--7' || atMs < startMs + roundMs);
      const { rows, settlesMs } = present([
        ...beats,
        { id: 'SNACK--9', atMs: startMs + 12 * roundMs, status: 'error' },
      ]);
      return rows.map(([, , problem], i) => [problem, settlesMs![i]! / roundMs] as const);
    };
    expect(settles(10_000)).toEqual([
      ['silent', expect.closeTo(1, 1)],
      ['errors', 0],
    ]);
    expect(settles(600_000)).toEqual([
      ['silent', 0.5],
      ['errors', 0],
    ]);
  });

  it('in a paused lab, nor when half of the machines have not yet spoken again', () => {
    const again = rounds(1, 2_000, startMs + 3_600_000);
    expect(problems([...healthy, ...again.slice(0, machineCount / 2)])).toEqual([]);
    // Of the second half nobody can know better until the round is over.
    expect(problems([...healthy, ...again.slice(0, machineCount / 2 + 1)])).toHaveLength(machineCount / 2 - 1);
    expect(problems([...healthy, ...again])).toEqual([]);
  });
});

describe('machines never heard of', () => {
  const allBut = (some: readonly string[], beats: readonly Beat[]) => beats.filter(({ id }) => !some.includes(id));
  const absent = ['SNACK--10', 'SNACK--9'];

  it('are silent once the others have had their rounds, before all others', () => {
    const beats = [...allBut(absent, rounds(beatsUntilMissed, 2_000)), { id: 'x', atMs: startMs - 60_000 }];
    const { rows, says } = present(beats);
    expect(rows.slice(0, 2)).toEqual([
      ['SNACK--9', 'main station', 'silent', 'never', 'unknown'],
      ['SNACK--10', 'main station', 'silent', 'never', 'unknown'],
    ]);
    expect(rows[2]![0]).toBe('x');
    // 124 of the shop were heard of, and a stranger.
    expect(says).toContain('3 silent and 0 with errors of 127 machines, as of');
  });

  it('are only counted in a lab that has just begun', () => {
    const { rows, says } = present(allBut(absent, rounds(beatsUntilMissed - 1, 2_000)));
    expect(rows).toEqual([]);
    expect(says).toContain('0 silent and 0 with errors of 124 machines, and 2 not heard of yet, as of');
  });

  it('are only counted where all that is heard comes from machines that nobody knows', () => {
    const { rows, says } = present([1, 2, 3, 4].map((second) => ({ id: 'own', atMs: startMs + second * 1000 })));
    expect(rows).toEqual([]);
    expect(says).toContain('of 1 machines, and 126 not heard of yet');
  });

  it('are all there are before the first heartbeat', () => {
    expect(present([])).toEqual({ rows: [], says: 'nothing heard yet' });
    const key = { snack_automat_id: 'SNACK--1' };
    const truthOnly = { beats: { merged: '0' }, ...{ lastMs: { merged: null }, lastOkMs: { merged: null } } };
    expect(brokenMachines.present(namedSums([{ key, sums: truthOnly }])).says).toBe('nothing heard yet');
  });
});

describe('what is told of heartbeats', () => {
  it('is the same in any order of them', () => {
    const id = fc.constantFrom('SNACK--1', 'SNACK--01', 'SNACK--2', 'SNACK--10', 'own', 'Own', 'ówn');
    const atMs = fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.constant(Number.MAX_SAFE_INTEGER));
    const beat = fc.record({ id, atMs, status: fc.constantFrom('ok' as const, 'error' as const) });
    fc.assert(
      fc.property(fc.array(beat), (beats) => {
        expect(present(beats.toReversed())).toEqual(present(beats));
        expect(present(beats.toSorted((a, b) => (a.id < b.id ? -1 : 1)))).toEqual(present(beats));
      }),
    );
  });
});
