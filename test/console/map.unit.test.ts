import { describe, expect, it } from 'vitest';
import { architectureMap } from '../../src/console/map.js';
import { type LabSeen, viewOf } from '../../src/console/model.js';
import { partitionBars } from '../../src/console/partitions.js';
import { atMs, generatorReport, headOf, idle, labSeen } from './seen.js';

const compared = { equal: 2, different: 0, unknown: 0 };
const mapOf = (lab: 'lambda' | 'kappa', seen: LabSeen, own = compared) =>
  architectureMap({ machine: { lab, runtime: 'docker' }, seen: viewOf(seen, []), compared: own, nowMs: atMs });

describe('the map of an architecture', () => {
  it('says which box plays which role in Lambda, and on which engine', () => {
    const { boxes } = mapOf('lambda', labSeen({ cycles: new Map([['lambda-1', idle]]) }));
    expect(boxes.map(({ role, engine }) => `${role}: ${engine}`)).toEqual([
      'Source: snack machines',
      'Log: snack_automat_message, Kafka',
      'Batch layer: HDFS',
      'Batch layer: MapReduce on YARN',
      'Batch view: Cassandra',
      'Speed layer: Spark',
      'Real-time view: Cassandra',
      'Validation: Node',
      'Answer − truth: same position',
      'Serving layer: Cassandra',
    ]);
  });

  it('has no batch in Kappa, and a lane for each version', () => {
    const heads = [headOf('kappa-1', 1), headOf('kappa-2', 2, { position: [3, 3] })];
    const { boxes } = mapOf('kappa', labSeen({}, heads));
    const ids = boxes.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(['stream-v1', 'slices-v1', 'base-v1', 'stream-v2', 'slices-v2', 'base-v2']),
    );
    expect(ids).not.toContain('batch');
    const places = boxes.map(({ column, row }) => `${column}/${row}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it('has no arrow without both its boxes', () => {
    for (const lab of ['lambda', 'kappa'] as const) {
      const heads = [headOf(`${lab}-1`, 1), headOf(`${lab}-2`, 2)];
      const { boxes, edges } = mapOf(lab, labSeen({}, heads));
      const ids = boxes.map(({ id }) => id);
      expect(edges.filter(({ from, to }) => !ids.includes(from) || !ids.includes(to))).toEqual([]);
    }
  });

  it('shows what is not known as not known, and a wrong answer as wrong', () => {
    const { boxes } = mapOf('lambda', labSeen({ extent: undefined }), { equal: 1, different: 1, unknown: 0 });
    const box = (id: string) => boxes.find((one) => one.id === id)!;
    expect(box('log')).toMatchObject({ state: 'unknown', facts: [['log', 'does not answer']] });
    expect(box('batch')).toMatchObject({ state: 'unknown' });
    expect(box('check').title).toBe('WRONG');
  });

  it('lets events flow only while the generator runs', () => {
    const flows = (seen: LabSeen) => mapOf('lambda', seen).edges.find(({ to }) => to === 'log')!.flows;
    expect(flows(labSeen({ reports: [generatorReport('running')] }))).toBe(true);
    const wanted = { rate: 50, paused: true, batchRequests: 0 };
    expect(flows(labSeen({ wanted, reports: [generatorReport('running')] }))).toBe(false);
  });
});

describe('the bars of the log’s partitions', () => {
  it('show a little of the base, the slices, and what is not counted yet', () => {
    const [first] = partitionBars(
      viewOf(
        labSeen({ extent: { starts: [0, 0], ends: [1_040, 12] } }, [
          headOf('lambda-1', 1, { position: [1_030, 10], baseCut: [890, 5] }),
        ]),
        [],
      ),
    );
    expect(first).toMatchObject({ partition: 0, from: 840, end: 1_040, cut: 0.25, head: 0.95, ticks: [] });
  });

  it('stay within the bar wherever positions are', () => {
    const bars = partitionBars(viewOf(labSeen({ extent: { starts: [0, 0], ends: [1, 1] } }), []));
    for (const { cut, head } of bars) expect([cut, head].every((at) => at >= 0 && at <= 1)).toBe(true);
  });
});
