/** Goal: the doctor's text says what to do about each finding, and says the same thing once. */
import { describe, expect, it } from 'vitest';
import { doctorText } from '../../src/cli/commands/doctor.js';
import type { Check } from '../../src/runtimes/docker/doctor.js';

const shift = 'end that program, or shift all ports: --port-base 10000';
const checks: readonly Check[] = [
  { name: 'engine', verdict: 'ok', finding: 'Docker 26', remedy: 'nothing' },
  { name: 'port 3000', verdict: 'missing', finding: 'nginx holds it', remedy: shift },
  { name: 'port 9092', verdict: 'missing', finding: 'java holds it', remedy: shift },
  { name: 'processors', verdict: 'note', finding: '1', remedy: 'two or more are recommended' },
];

describe('doctorText', () => {
  it('shows every finding, and each remedy once', () => {
    expect(doctorText(checks, false).split('\n')).toEqual([
      'ok       engine      Docker 26',
      'missing  port 3000   nginx holds it',
      `                     Try: ${shift}`,
      'missing  port 9092   java holds it',
      'note     processors  1',
      '                     Try: two or more are recommended',
      '',
      'This machine cannot run the labs yet.',
    ]);
  });
});
