/** Goal: a service's environment is parsed once, and what does not fit is named with its value. */
import { describe, expect, it } from 'vitest';
import {
  archiveAddress,
  coordinatorConfig,
  generatorConfig,
  serviceConfig,
  setupConfig,
} from '../../src/config/service.js';
import { LabError } from '../../src/errors.js';
import { stockBySlot } from '../../src/questions/builtin.js';

const common = { SNACKLAB_LAB: 'lambda', SNACKLAB_KAFKA: 'kafka:29092', SNACKLAB_CASSANDRA: 'cassandra:9042' };
const generator = {
  ...common,
  SNACKLAB_RATE: '50',
  SNACKLAB_SEED: '7',
  SNACKLAB_EVENTS: '',
  SNACKLAB_START_TIME: '',
  SNACKLAB_DAY_MS: '',
  SNACKLAB_LATE: '0',
  SNACKLAB_DUPLICATE: '0.25',
  SNACKLAB_MALFORMED: '1',
};

describe('the services’ environment', () => {
  it('gives every service its addresses, without holds unless they are wanted', () => {
    expect(serviceConfig(common)).toEqual({
      lab: 'lambda',
      kafka: 'kafka:29092',
      cassandra: 'cassandra:9042',
      holds: false,
    });
    expect(serviceConfig({ ...common, SNACKLAB_HOLDS: 'on' }).holds).toBe(true);
  });

  it('takes an empty text, which is how compose gives an unset variable, as not set', () => {
    expect(generatorConfig(generator)).toMatchObject({
      events: undefined,
      startTimeMs: undefined,
      dayMs: null,
      duplicate: 0.25,
    });
    expect(generatorConfig({ ...generator, SNACKLAB_EVENTS: '0' }).events).toBe(0);
  });

  it('knows an archive only where it is told of one', () => {
    expect(archiveAddress({})).toBeUndefined();
    expect(archiveAddress({ SNACKLAB_WEBHDFS: '' })).toBeUndefined();
    expect(archiveAddress({ SNACKLAB_WEBHDFS: 'namenode:9870' })).toBe('namenode:9870');
    expect(() => archiveAddress({ SNACKLAB_WEBHDFS: 'namenode' })).toThrow('SNACKLAB_WEBHDFS is "namenode"');
  });

  it('takes the questions of the first version as JSON, and the built-in ones where there are none', () => {
    const questionsIn = (text: string) => setupConfig({ ...common, SNACKLAB_QUESTIONS: text }).questions;
    expect(questionsIn(JSON.stringify([stockBySlot]))).toEqual([stockBySlot]);
    expect(questionsIn('')).toBeUndefined();
    expect(() => questionsIn('[{')).toThrow('SNACKLAB_QUESTIONS is "[{": must be JSON');
    expect(() => questionsIn('[{}]')).toThrow('SNACKLAB_QUESTIONS is "[{}]"');
  });

  it('turns seconds into milliseconds', () => {
    const values = {
      ...common,
      SNACKLAB_WEBHDFS: 'namenode:9870',
      SNACKLAB_YARN: 'rm:8088',
      SNACKLAB_BATCH_EVERY_S: '7.5',
    };
    expect(coordinatorConfig(values).batchEveryMs).toBe(7500);
  });

  it.each([
    ['SNACKLAB_KAFKA', 'kafka'],
    ['SNACKLAB_LAB', 'gamma'],
    ['SNACKLAB_RATE', 'fast'],
    ['SNACKLAB_RATE', '-1'],
    ['SNACKLAB_SEED', '1.5'],
    ['SNACKLAB_LATE', '1.01'],
    ['SNACKLAB_DAY_MS', '0'],
    ['SNACKLAB_RATE', undefined],
  ])('names %s when it is %s', (name, value) => {
    const parse = () => generatorConfig({ ...generator, [name]: value });
    expect(parse).toThrow(LabError);
    expect(parse).toThrow(value === undefined ? `${name} is not set` : `${name} is "${value}"`);
  });
});
