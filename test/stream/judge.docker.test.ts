/**
 * Goal: the stream job judges every message as judge() does, reason and fields.
 * Method: the corpus and 10,000 malformed messages through both, in the image that the job runs in.
 */
import { describe, expect, inject, it } from 'vitest';
import { judge } from '../../src/events/parse.js';
import { corpus } from '../events/corpus.js';
import { malformedMessages } from '../events/malformed.js';
import { judgeByJvm } from './jvm-judge.js';
import { sparkImage } from './spark-image.js';

const seed = 20261120;
const classPath = '/opt/spark/jars/*:/opt/spark-extra/*';
const jvm = ['/opt/java/bin/java', '-cp', classPath, 'snacklab.JudgeMessages', '/opt/snacklab/event-rule.json'];
const command = () => ['docker', 'run', '--rm', '-i', '--network', 'none', sparkImage(), ...jvm];

describe.runIf(inject('docker'))('the parser of the stream job', () => {
  it('gives the verdicts of the corpus', async () => {
    const judgements = await judgeByJvm(
      command(),
      corpus.map(({ value }) => value),
    );
    for (const [i, { name, expected, value }] of corpus.entries()) {
      expect(judgements[i], name).toEqual(judge(value));
      expect(judgements[i], name).toEqual(
        'reason' in expected ? expected : { event: expect.objectContaining(expected.fields) },
      );
    }
  });

  it(`agrees with judge() on 10,000 malformed messages of seed ${seed}`, async () => {
    const messages = malformedMessages(seed, 10_000);
    const judgements = await judgeByJvm(command(), messages);
    const differing = messages.flatMap((message, i) => {
      const expected = judge(message);
      if (JSON.stringify(judgements[i]) === JSON.stringify(expected)) return [];
      return [
        { message: message && Buffer.from(message).toString('latin1').slice(0, 400), jvm: judgements[i], expected },
      ];
    });
    expect(differing).toEqual([]);
  });
});
