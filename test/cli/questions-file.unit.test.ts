/** Goal: `--questions` takes a file or the shop's own set, and says what a lab that is there cannot be given. */
import { describe, expect, it } from 'vitest';
import {
  questionsIfNamed,
  questionsOf,
  questionsOfNewLab,
  refuseOtherQuestions,
} from '../../src/cli/questions-file.js';
import { questions } from '../../src/questions/question-schema.js';

describe('questions', () => {
  it('of the shop come with snacklab, and may be named by the file that declares the same', async () => {
    const shipped = await questionsOf('business');
    expect(shipped.map(({ name }) => name)).toContain('stock-by-slot');
    expect(await questionsOf('docs/questions-business.yaml')).toEqual(shipped);
  });

  it('of the shop are written as a lab stores them: naming them again is no other set', async () => {
    const shipped = await questionsOf('business');
    expect(JSON.stringify(questions.parse(shipped))).toBe(JSON.stringify(shipped));
  });

  it('of a new lab are all of the shop, unless others are named; of one that is there those that are named', async () => {
    const names = async (asked: ReturnType<typeof questionsIfNamed>) => (await asked)?.map(({ name }) => name);
    const business = await names(questionsOf('business'));
    const core = ['items-sold', 'revenue-by-machine'];
    expect(business).toEqual(expect.arrayContaining(core));
    expect(await names(questionsOfNewLab(undefined))).toEqual(business);
    expect(await names(questionsOfNewLab('core'))).toEqual(core);
    expect(await names(questionsIfNamed('core'))).toEqual(core);
    expect(await names(questionsIfNamed(undefined))).toBeUndefined();
  });

  it('of a file that is not there are refused with what helps', async () => {
    await expect(questionsOf('./business')).rejects.toMatchObject({
      kind: 'usage',
      message: 'the questions file ./business cannot be read',
      suggestion: expect.stringMatching(/business for all .* core for .* a file/),
    });
  });

  it('of a lab that is there stay: the same ones may be named again, others are for a new version', async () => {
    const business = await questionsOf('business');
    const again = JSON.parse(JSON.stringify(business));
    expect(() => refuseOtherQuestions(business, again, 'lambda')).not.toThrow();
    for (const [lab, start] of [
      ['lambda', 'change'],
      ['kappa', 'replay'],
    ] as const)
      expect(() => refuseOtherQuestions(business, again.slice(1), lab)).toThrow(
        expect.objectContaining({ kind: 'usage', suggestion: expect.stringContaining(`{lab} ${start} --as v2`) }),
      );
    expect(() => refuseOtherQuestions(business, undefined, 'lambda')).toThrow(
      expect.objectContaining({ kind: 'usage', suggestion: expect.stringContaining('down --volumes') }),
    );
  });
});
