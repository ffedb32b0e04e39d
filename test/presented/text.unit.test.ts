/** What is presented of an answer, as document, text and values, and on the console. */
import { describe, expect, it } from 'vitest';
import type { QueryRead } from '../../src/cli/commands/answer-text.js';
import { askedNamed } from '../../src/cli/commands/asked.js';
import {
  presentedCsv,
  presentedDocument,
  presentedLine,
  presentedReport,
} from '../../src/cli/commands/presented-text.js';
import type { AnswerDocument } from '../../src/cli/documents.js';
import { presented as presentedSchema } from '../../src/cli/documents-presented.js';
import { answerView, presentedRowsMax } from '../../src/console/answers.js';
import { machineId } from '../../src/machines/catalogue.js';
import { cellText } from '../../src/presented/cell-text.js';
import { unprofitableMachines, whereMostIsSold } from '../../src/presented/machines.js';
import { builtinQuestions, itemsSold, revenueByMachine } from '../../src/questions/builtin.js';

/** Each machine with one sale that lost a cent, an hour apart from the first. */
function answerOf(machines: number, compared: AnswerDocument['compared'] = 'equal'): AnswerDocument {
  const faces = (merged: string) => ({ base: '0', realTime: merged, merged, truth: merged });
  const rows = Array.from({ length: machines }, (_, machine) => ({
    key: { snack_automat_id: machineId(machine) },
    sums: {
      ...{ sold: faces('1'), revenueCents: faces('99'), costCents: faces('100') },
      ...{ firstMs: faces(String(Date.UTC(2026, 2, 1))), lastMs: faces(String(Date.UTC(2026, 2, 1, 1))) },
    },
  }));
  return {
    ...{
      question: revenueByMachine.name,
      asks: revenueByMachine.asks,
      pipeline: 'lambda-1',
      origin: [0],
      position: [9],
    },
    ...{ number: 3, messages: 9, rejected: 0, base: { id: 1, cut: [4] }, slices: 2, compared, repeats: 0, rows },
  };
}

const queryOf = (answer: AnswerDocument | null, unknown: string | null = null): QueryRead => ({
  document: {
    ...{
      schema: 'snacklab/query',
      version: 1,
      lab: 'lambda',
      question: revenueByMachine.name,
      atMs: 5,
      answer,
      unknown,
    },
  },
  question: answer === null ? undefined : revenueByMachine,
});

describe('what is presented of an answer', () => {
  const document = presentedDocument(unprofitableMachines, queryOf(answerOf(20)));

  it('is a document with the position of its sums', () => {
    expect(presentedSchema.parse(document)).toEqual(document);
    expect(document).toMatchObject({ name: 'unprofitable-machines', of: 'revenue-by-machine', atMs: 5, unknown: null });
    expect(document.answer).toMatchObject({ pipeline: 'lambda-1', position: [9], number: 3, compared: 'equal' });
    expect(document.answer!.rows[0]).toEqual({
      ...{ machine: 'SNACK--14', place: 'airport', sold: '1', revenue: '99', goods: '100', running: '60000' },
      profit: '-60001',
    });
  });

  it('is a table of money, and says what it was made of', () => {
    const { text, verdict } = presentedReport(document);
    expect(verdict).toBe('pass');
    expect(text).toMatch(/SNACK--14 +airport +1 +0\.99 +1\.00 +600\.00 +-600\.01/);
    expect(text).toContain('lambda-1 at [9] (slice 3): 20 of 20 machines; running costs from 2026-03-01T00:00:00.000Z');
    expect(text).toContain('its sums equal the truth');
  });

  it('is comma-separated values that say their position', () => {
    const { header, lines } = presentedCsv(document.answer!);
    expect(header).toBe('pipeline,number,position,machine,place,sold,revenue,goods,running,profit');
    expect(lines[0]).toBe('lambda-1,3,[9],SNACK--14,airport,1,99,100,60000,-60001');
    expect(lines).toHaveLength(20);
  });

  it('is wrong where its sums are, and unknown where there are none', () => {
    const wrong = presentedDocument(unprofitableMachines, queryOf(answerOf(2, 'different')));
    expect(presentedReport(wrong)).toMatchObject({ verdict: 'fail' });
    expect(presentedLine(wrong.answer!)).toContain('WRONG');
    const none = presentedReport(presentedDocument(unprofitableMachines, queryOf(null, 'slice 1 is missing')));
    expect(none).toEqual({ verdict: 'unknown', text: 'unknown: slice 1 is missing' });
  });

  it('is unknown where the version that answered means something else', () => {
    const read = { ...queryOf(answerOf(2)), question: { ...revenueByMachine, key: ['item'] } };
    const { answer, unknown } = presentedDocument(unprofitableMachines, read);
    expect([answer, unknown]).toEqual([null, expect.stringContaining('whose key this version declares otherwise')]);
  });

  it('has no rows where there is nothing to tell', () => {
    const empty = presentedReport(presentedDocument(whereMostIsSold, queryOf(answerOf(0))));
    expect(empty.text).toMatch(/\nnone$/);
  });
});

describe('a name', () => {
  const from = { lab: 'lambda', store: undefined as never, clock: undefined as never } as const;

  it('is of a question, or of what is presented of one', () => {
    expect(askedNamed('items-sold', builtinQuestions, from).name).toBe('items-sold');
    expect(askedNamed('where-most-is-sold', builtinQuestions, from).name).toBe('where-most-is-sold');
  });

  it('of nothing is refused with the names that there are', () => {
    expect(() => askedNamed('unprofitable-machine', builtinQuestions, from)).toThrow(
      expect.objectContaining({ kind: 'usage', suggestion: 'unprofitable-machines' }),
    );
    expect(() => askedNamed('x', [itemsSold], from)).toThrow(expect.objectContaining({ suggestion: 'items-sold' }));
  });

  it('is refused where the live version has no sums for it, with the reason', () => {
    const { costCents: _, ...sums } = revenueByMachine.sums;
    expect(() => askedNamed('unprofitable-machines', [{ ...revenueByMachine, sums }], from)).toThrow(
      'whose costCents this version declares otherwise',
    );
  });
});

describe('a cell', () => {
  it.each([
    [-5n, 'cents', '-0.05'],
    [123_456n, 'cents', '1,234.56'],
    [0.123_45, 'share', '12.3 %'],
    [1_234_567n, 'count', '1,234,567'],
    [0.123_456_789, 'number', '0.123457'],
    ['unknown', 'number', 'unknown'],
    ['<b>', 'text', '<b>'],
  ] as const)('of %s as %s is %s', (cell, kind, text) => {
    expect(cellText(cell, kind)).toBe(text);
  });
});

describe('on the console', () => {
  const read = { question: revenueByMachine, atMs: 7, unknown: null };

  it('are the first rows, and how many there are more', () => {
    const [losing, places] = answerView({ ...read, answer: answerOf(20) }).presented;
    expect(losing).toMatchObject({ name: 'unprofitable-machines', rowsLeftOut: 20 - presentedRowsMax });
    expect(losing!.rows).toHaveLength(presentedRowsMax);
    expect(losing!.rows[0]!.at(-1)).toBe('-600.01');
    expect(places!.columns.map(({ isNumber }) => isNumber)).toEqual([false, true, true, true, true]);
  });

  it('are there without rows where the answer is unknown, and not at all for another question', () => {
    const unknown = answerView({ ...read, answer: null, unknown: 'slice 7 of lambda-1 is missing' });
    expect(unknown.presented.map(({ rows }) => rows)).toEqual([[], [], [], []]);
    expect(answerView({ ...read, question: itemsSold, answer: null }).presented).toEqual([]);
  });
});
