/** From `up` on a machine that has the images to the first exact answer, and to the first published base. */
import { labWith, liveHead, until } from './lab.js';
import type { Row } from './row.js';

export async function startRow(settings: readonly string[]): Promise<Row> {
  // Once for the images, which may have to be built, and then what is measured.
  await labWith(settings);
  const lab = await labWith(settings, { fresh: true });
  const { images, containers, answer } = lab.up.tookMs as Record<'images' | 'containers' | 'answer', number>;
  const answeredMs = images + containers + answer;
  await until('a published base', 300_000, async () => (await liveHead(lab)).baseId > 0, 100);
  const publishedMs = Date.now() - lab.startedMs;
  return {
    name: 'start',
    title: '`up`, images present',
    figures: [
      { what: 'to the first exact answer', value: answeredMs / 1000, unit: 's', atMost: 60 },
      { what: 'to the first published base', value: publishedMs / 1000, unit: 's', atMost: 100 },
      { what: 'of which until the containers are ready', value: containers / 1000, unit: 's' },
    ],
    conditions: [
      `${settings.join(' ')}; no volumes before, images just built or used; the base is timed from the start of the process`,
    ],
  };
}
