/** From `up` on a machine that has the images to the first exact answer, and to the first published base. */
import { labWith, untilFirstBase, type WantedLab } from './lab.js';
import type { Row } from './row.js';

/** What is asked of each, seconds at most. */
export interface StartBounds {
  readonly answer: number;
  readonly base?: number;
}

export async function startRow(wanted: WantedLab, bounds: StartBounds): Promise<Row> {
  // Once for the images, which may have to be built, and then what is measured.
  await labWith(wanted);
  const lab = await labWith(wanted, { fresh: true });
  const { images, containers, answer } = lab.up.tookMs as Record<'images' | 'containers' | 'answer', number>;
  const answeredMs = images + containers + answer;
  await untilFirstBase(lab, 100);
  const publishedMs = Date.now() - lab.startedMs;
  const baseBound = bounds.base === undefined ? {} : { atMost: bounds.base };
  return {
    name: 'start',
    title: '`up`, images present',
    figures: [
      { what: 'to the first exact answer', value: answeredMs / 1000, unit: 's', atMost: bounds.answer },
      { what: 'to the first published base', value: publishedMs / 1000, unit: 's', ...baseBound },
      { what: 'of which until the containers are ready', value: containers / 1000, unit: 's' },
    ],
    conditions: [
      `${wanted.flags.join(' ')}; no volumes before, images just built or used; the base is timed from the start of the process`,
    ],
  };
}
