/** The two charts of a question over time: its layers stacked with the truth beside them, and their sum against the truth. */
import uPlot from 'uplot';
import type { History, Mark, Series } from '../history.js';
import { byId, setText } from './dom.js';
import { clockTime, short, words } from './format.js';

interface Colours {
  readonly base: string;
  readonly speed: string;
  readonly truth: string;
  readonly sum: string;
  readonly ink: string;
  readonly line: string;
}

const height = 230;

export interface Charts {
  /** Draws a question's series, or an empty chart where there is none. */
  readonly show: (history: History, question: string | undefined) => void;
  /** Draws anew, in other colours or for another width. */
  readonly redraw: () => void;
}

export function openCharts(): Charts {
  let drawn: { layers: uPlot; sum: uPlot; key: string } | undefined;
  let shown: { history: History; question: string | undefined } | undefined;
  let marks: readonly Mark[] = [];
  const show = (history: History, question: string | undefined) => {
    shown = { history, question };
    marks = history.marks;
    const series = history.series.find((one) => one.question === question);
    const data = dataOf(series);
    const key = `${series?.question ?? ''} ${series?.sum ?? ''}`;
    if (drawn === undefined || drawn.key !== key) {
      drawn?.layers.destroy();
      drawn?.sum.destroy();
      drawn = { ...open(series?.sum ?? '', () => marks), key };
    }
    drawn.layers.setData(data.layers);
    drawn.sum.setData(data.sum);
    if (series !== undefined) setText(byId('sum-caption'), `${words(series.sum)}: base + real time, and the truth`);
  };
  const redraw = () => {
    if (drawn === undefined || shown === undefined) return;
    drawn.key = '\0';
    show(shown.history, shown.question);
  };
  const resize = () => {
    for (const [plot, id] of [
      [drawn?.layers, 'plot-layers'],
      [drawn?.sum, 'plot-sum'],
    ] as const) {
      const width = byId(id).clientWidth;
      if (plot !== undefined && width > 0 && width !== plot.width) plot.setSize({ width, height });
    }
  };
  new ResizeObserver(resize).observe(byId('charts'));
  return { show, redraw };
}

function dataOf(series: Series | undefined): { layers: uPlot.AlignedData; sum: uPlot.AlignedData } {
  const points = series?.points ?? [];
  const at = points.map(({ atMs }) => atMs / 1000);
  const truth = points.map((point) => point.truth);
  const merged = points.map((point) => point.merged);
  const base = points.map((point) => point.base);
  return { layers: [at, base, points.map((point) => point.base + point.realTime), truth], sum: [at, merged, truth] };
}

function open(sum: string, marks: () => readonly Mark[]) {
  const colours = coloursNow();
  const { base, speed } = colours;
  const truth = line('truth', colours.truth, { width: 2, dash: [5, 4], spanGaps: true });
  const stacked = [
    // It stands until the next one is published.
    line('base', base, { fill: `${base}59`, paths: uPlot.paths.stepped!({ align: 1 }) }),
    line('base + real time', speed, { fill: `${speed}40` }),
    truth,
  ];
  const alone = [line(words(sum) || 'sum', colours.sum, { width: 2.5 }), truth];
  const between: uPlot.Band[] = [{ series: [2, 1], fill: `${speed}8c` }];
  const plot = (id: string, series: readonly uPlot.Series[], bands: uPlot.Band[], fromZero: boolean) =>
    new uPlot(options(id, colours, marks, series, bands, fromZero), undefined, byId(id));
  return { layers: plot('plot-layers', stacked, between, true), sum: plot('plot-sum', alone, [], false) };
}

function line(label: string, stroke: string, own: Partial<uPlot.Series>): uPlot.Series {
  return { label, stroke, width: 1.5, points: { show: false }, value: shownValue, ...own };
}

/** Where the pointer is, and where it is nowhere, the newest. */
const shownValue: uPlot.Series.Value = (plot, value, series, index) => {
  const shown = index === null ? plot.data[series]?.at(-1) : value;
  return shown == null ? 'not known' : shown.toLocaleString('en');
};

const shownTime: uPlot.Series.Value = (plot, value, _, index) => {
  const at = index === null ? plot.data[0].at(-1) : value;
  return at == null ? '–' : clockTime(at * 1000);
};

function options(
  id: string,
  colours: Colours,
  marks: () => readonly Mark[],
  series: readonly uPlot.Series[],
  bands: uPlot.Band[],
  fromZero: boolean,
): uPlot.Options {
  const axis = {
    stroke: colours.ink,
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  return {
    width: Math.max(200, byId(id).clientWidth),
    height,
    series: [{ label: 'at', value: shownTime }, ...series],
    bands,
    scales: { y: { range: (_, least, most) => range(least, most, fromZero) } },
    axes: [
      { ...axis, space: 90, values: (_, splits) => splits.map((at) => clockTime(at * 1000)) },
      { ...axis, size: 58, values: (_, values) => values.map(short) },
    ],
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    legend: { live: true },
    hooks: { draw: [(plot) => drawMarks(plot, marks(), colours)] },
  };
}

function range(least: number | null, most: number | null, fromZero: boolean): [number, number] {
  if (least == null || most == null) return [0, 1];
  const pad = Math.max((most - (fromZero ? 0 : least)) * 0.08, 1);
  return [fromZero ? Math.min(0, least) : least - pad, most + pad];
}

/** A thin line where a base was published or readers moved, with its name where there is room. */
function drawMarks(plot: uPlot, marks: readonly Mark[], { ink, line }: Colours): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  let free = bbox.left;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.strokeStyle = line;
  ctx.fillStyle = ink;
  ctx.lineWidth = ratio;
  for (const { atMs, text } of marks) {
    const x = plot.valToPos(atMs / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(text).width;
    if (x < free || x + width > bbox.left + bbox.width) continue;
    ctx.fillText(text, x + 4 * ratio, bbox.top + 12 * ratio);
    free = x + width + 14 * ratio;
  }
  ctx.restore();
}

function coloursNow(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    base: of('base'),
    speed: of('speed'),
    truth: of('truth'),
    sum: of('sum'),
    ink: of('ink-soft'),
    line: of('line'),
  };
}
