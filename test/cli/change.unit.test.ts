import { describe, expect, it } from 'vitest';
import { planFromCut } from '../../src/cli/commands/change.js';
import { builtinQuestions, itemsSold } from '../../src/questions/builtin.js';
import { type Head, newHead } from '../../src/serving/head.js';
import { isWhole } from '../../src/versions/versions.js';

const live = {
  ...newHead('lambda-1', 1, [0, 2], builtinQuestions),
  ...{ position: [60, 70], number: 9, baseId: 3, baseNumber: 5, baseCut: [40, 50] },
};
const plan = (logStarts: readonly number[], one: Head = live) =>
  planFromCut({ live: one, pipeline: 'lambda-2', questions: [itemsSold] }, logStarts);

describe('a changed version of Lambda', () => {
  it('begins at the cut of the live base, has no answer before its own, and leaves base 1 to its first cycle', () => {
    const { head } = plan([40, 50]);
    expect(head).toMatchObject({ origin: [0, 2], position: [40, 50], baseCut: [40, 50], baseId: 0, nextBaseId: 2 });
    expect(head.questions).toEqual([itemsSold]);
    expect(isWhole({ ...head, incarnation: 2 })).toBe(false);
  });

  it('is whole at once where the live one has no base', () => {
    const { head } = plan([0, 0], { ...live, baseId: 0, baseNumber: 0, baseCut: live.origin });
    expect(isWhole({ ...head, incarnation: 2 })).toBe(true);
  });

  it('is refused where the log no longer has all that comes after the cut, with what is missing and what helps', () => {
    expect(() => plan([39, 53])).toThrow(
      expect.objectContaining({
        kind: 'fail',
        message:
          "v2 would begin at the cut of v1's base, [40,50], but the log begins at [39,53]: it lacks 3 messages; nothing was changed",
        suggestion: expect.stringContaining('snacklab lambda batch'),
        detail: { cut: [40, 50], logStarts: [39, 53], missing: 3 },
      }),
    );
  });
});
