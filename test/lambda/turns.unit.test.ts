import { describe, expect, it } from 'vitest';
import { type Cycle, type CycleName, firstCycle } from '../../lambda/cycle.js';
import { type CyclesNow, inTurn, turnOf } from '../../lambda/turns.js';

const cycle = (name: CycleName, startedMs = 0): Cycle =>
  ({ ...firstCycle, name, history: { ...firstCycle.history, startedMs } }) as Cycle;

const beside = (name: CycleName | undefined) =>
  turnOf(
    'lambda-2',
    new Map([
      ['lambda-1', name && cycle(name)],
      ['lambda-2', cycle('published')],
    ]),
  );

describe('the turn of a version', () => {
  it.each([
    { other: 'idle', mayBegin: true, maySubmit: true, mayRemoveFiles: true },
    { other: 'chosen', mayBegin: false, maySubmit: true, mayRemoveFiles: false },
    { other: 'running', mayBegin: false, maySubmit: false, mayRemoveFiles: false },
    { other: 'loaded', mayBegin: false, maySubmit: false, mayRemoveFiles: false },
    { other: 'published', mayBegin: false, maySubmit: false, mayRemoveFiles: false },
    { other: undefined, mayBegin: false, maySubmit: false, mayRemoveFiles: false },
  ] as const)('beside one that is $other', ({ other, ...turn }) => {
    expect(beside(other)).toEqual(turn);
  });

  it('is free where it is the only one, whatever its own state', () => {
    const alone = turnOf('lambda-1', new Map([['lambda-1', cycle('running')]]));
    expect(alone).toEqual({ mayBegin: true, maySubmit: true, mayRemoveFiles: true });
  });
});

describe('the order of versions', () => {
  it('is from the one whose last cycle began longest ago to the one that has just had its turn', () => {
    const cycles: CyclesNow = new Map([
      ['lambda-1', cycle('idle', 300)],
      ['lambda-2', cycle('chosen', 100)],
      ['lambda-3', cycle('idle', 200)],
    ]);
    expect(inTurn(cycles)).toEqual(['lambda-2', 'lambda-3', 'lambda-1']);
  });

  it('has those of which nothing is known at its end', () => {
    expect(
      inTurn(
        new Map([
          ['lambda-1', undefined],
          ['lambda-2', cycle('idle', 100)],
        ]),
      ),
    ).toEqual(['lambda-2', 'lambda-1']);
  });
});
