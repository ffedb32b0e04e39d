/**
 * The live map: the boxes of an architecture, placed in a grid with a lane for each layer, and what flows between them.
 * The page draws it. Pure.
 */
import {
  type ArchitectureMap,
  answerBox,
  batchLane,
  type Edge,
  generatorBox,
  lane,
  logBox,
  type MapInput,
  validationBoxes,
} from './boxes.js';
import type { VersionView } from './model.js';

export function architectureMap(input: MapInput): ArchitectureMap {
  const { seen, machine } = input;
  const live = seen.versions.find((one) => one.live);
  const lambda = machine.lab === 'lambda';
  const others = seen.versions.filter((one) => !one.live);
  const lanes = [...(live === undefined ? [] : [live]), ...others];
  const first = lambda ? 2 : 1;
  const last = first + Math.max(lanes.length, 1);
  const batch = lambda && live !== undefined ? batchLane(input, live) : [];
  const speed = lanes.map((version, i) => lane(input, version, first + i));
  const rows = last;
  const boxes = [
    generatorBox(input, rows),
    logBox(input, rows),
    ...batch,
    ...speed.flatMap(({ boxes }) => boxes),
    ...validationBoxes(input, last),
    ...(live === undefined ? [] : [answerBox(input, live, last - 1)]),
  ];
  return { boxes, edges: [...edgesOf(input, lambda, live), ...speed.flatMap(({ edges }) => edges)] };
}

function edgesOf({ seen }: MapInput, lambda: boolean, live: VersionView | undefined): readonly Edge[] {
  const moves = seen.generator.paused ? false : seen.generator.state === 'running';
  const cycle = live?.cycle?.state ?? 'idle';
  const v = live?.version ?? '';
  const batch: readonly Edge[] = [
    { from: 'log', to: 'archive', tone: 'base', flows: moves },
    { from: 'archive', to: 'batch', tone: 'base', flows: cycle === 'running' || cycle === 'chosen' },
    { from: 'batch', to: `base-${v}`, tone: 'base', flows: cycle === 'loaded' || cycle === 'published' },
  ];
  const serving: readonly Edge[] =
    live === undefined
      ? []
      : [
          { from: `base-${v}`, to: 'answer', tone: 'base', flows: true },
          { from: `slices-${v}`, to: 'answer', tone: 'speed', flows: true },
        ];
  return [
    { from: 'generator', to: 'log', tone: 'log', flows: moves },
    ...(lambda ? batch : []),
    ...serving,
    { from: 'log', to: 'validation', tone: 'truth', flows: moves },
    { from: 'validation', to: 'check', tone: 'truth', flows: true },
    { from: 'answer', to: 'check', tone: 'serving', flows: true },
  ];
}
