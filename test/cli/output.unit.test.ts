/** Goal: data on stdout, everything else on stderr, one JSON document of a published form, and the right exit code. */
import { describe, expect, it } from 'vitest';
import { documents, publishedSchemas } from '../../src/cli/documents.js';
import { Interrupted, printError, printReports } from '../../src/cli/output.js';
import type { Report } from '../../src/cli/report.js';
import { LabError } from '../../src/errors.js';
import { recordedStreams } from './streams.js';

const report = (rate: number, more: Partial<Report> = {}): Report => ({
  document: { schema: 'snacklab/generator', version: 1, lab: 'lambda', rate, paused: false },
  text: `the generator runs at ${rate}`,
  ...more,
});

async function* oneByOne(...reports: Report[]) {
  yield* reports;
}

describe('the output', () => {
  it('prints a report as text', async () => {
    const { written, streams } = recordedStreams();
    expect(await printReports(Promise.resolve(report(5)), false, streams)).toBe(0);
    expect(written).toEqual({ stdout: 'the generator runs at 5\n', stderr: '' });
  });

  it('prints a report as one JSON document', async () => {
    const { written, streams } = recordedStreams();
    await printReports(Promise.resolve(report(5)), true, streams);
    expect(JSON.parse(written.stdout)).toEqual(report(5).document);
    expect(written.stdout.trimEnd()).not.toContain('\n');
  });

  it('refuses to print a document that its published form does not allow', async () => {
    const { streams } = recordedStreams();
    const wrong = { ...report(5), document: { ...report(5).document, paused: 'no' } } as never;
    await expect(printReports(Promise.resolve(wrong), true, streams)).rejects.toThrow(/paused/);
  });

  it('publishes the form of every document, open to fields that come later', () => {
    const schemas = publishedSchemas();
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(['status.v1.json', 'query.v1.json', 'error.v1.json']));
    expect(Object.keys(schemas)).toHaveLength(documents.length);
    expect(schemas['generator.v1.json']).toMatchObject({ properties: { schema: { const: 'snacklab/generator' } } });
    expect(JSON.stringify(schemas)).not.toContain('additionalProperties":false');
  });

  it('prints several reports as lines, or redraws a terminal', async () => {
    const lines = recordedStreams();
    await printReports(oneByOne(report(1, { line: 'one' }), report(2, { line: 'two' })), false, lines.streams);
    expect(lines.written.stdout).toBe('one\ntwo\n');
    const terminal = recordedStreams(true);
    await printReports(oneByOne(report(1, { line: 'one' })), false, terminal.streams);
    expect(terminal.written.stdout).toContain('\x1b[2J');
    expect(terminal.written.stdout).toContain('the generator runs at 1');
  });

  it('asks for no more when nobody takes what is printed, as after `| head`', async () => {
    const taken: string[] = [];
    const stdout = {
      isTTY: false,
      write: (text: string, done: (error?: Error) => void) => {
        taken.push(text);
        done(taken.length > 1 ? new Error('EPIPE') : undefined);
        return true;
      },
    };
    let made = 0;
    async function* endless() {
      for (;;) yield report(++made, { line: String(made) });
    }
    await printReports(endless(), false, { stdout, stderr: stdout } as never);
    expect([taken, made]).toEqual([['1\n', '2\n'], 2]);
  });

  it.each([
    ['pass', 0],
    ['fail', 1],
    ['unknown', 2],
    ['unavailable', 69],
  ] as const)('ends with the code of the verdict %s', async (verdict, exitCode) => {
    const { streams } = recordedStreams();
    expect(await printReports(Promise.resolve(report(1, { verdict })), false, streams)).toBe(exitCode);
  });

  it('ends several reports with the worst verdict', async () => {
    const { streams } = recordedStreams();
    const reports = oneByOne(report(1), report(2, { verdict: 'unknown' }), report(3));
    expect(await printReports(reports, false, streams)).toBe(2);
  });

  it('tells an error as what happened, because of what, and what to try', async () => {
    const { written, streams } = recordedStreams();
    const error = new LabError('kafka did not start', {
      kind: 'unavailable',
      suggestion: 'snacklab {lab} logs kafka',
      detail: { offset: 2n ** 60n },
      cause: new Error('port 9092 is taken\n    at Server.listen'),
    });
    expect(await printError(error, true, streams, 'kappa')).toBe(69);
    expect(written.stderr).toBe('kafka did not start\n  because: port 9092 is taken\nTry: snacklab kappa logs kafka\n');
    expect(JSON.parse(written.stdout)).toEqual({
      schema: 'snacklab/error',
      version: 1,
      kind: 'unavailable',
      exitCode: 69,
      message: 'kafka did not start',
      suggestion: 'snacklab kappa logs kafka',
      detail: { offset: '1152921504606846976' },
    });
  });

  it('calls an error that nobody foresaw internal, and keeps its text', async () => {
    const { written, streams } = recordedStreams();
    expect(await printError(new TypeError('x is not a function'), false, streams, 'lambda')).toBe(70);
    expect(written.stderr).toMatch('x is not a function');
    expect(written.stdout).toBe('');
  });

  it('ends an interrupted command with 130', async () => {
    const { streams } = recordedStreams();
    expect(await printError(new Interrupted(), false, streams, 'lambda')).toBe(130);
  });
});
