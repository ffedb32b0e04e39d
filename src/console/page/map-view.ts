/** Draws the map: boxes in a grid, arrows between them where there is room for a grid, and the log's partitions as bars. */
import type { Box, Edge, MapInput } from '../boxes.js';
import { architectureMap } from '../map.js';
import { type PartitionBar, partitionBars } from '../partitions.js';
import { byId, element, keepList, setAttribute, setText } from './dom.js';
import { grouped } from './format.js';

const svg = 'http://www.w3.org/2000/svg';

export interface MapView {
  readonly show: (input: MapInput) => void;
}

export function openMap(): MapView {
  const map = byId('map');
  let edges: readonly Edge[] = [];
  const arrows = () => drawEdges(map, edges);
  new ResizeObserver(arrows).observe(map);
  return {
    show(input) {
      const drawn = architectureMap(input);
      keepList(map, drawn.boxes, ({ id }) => id, makeBox, updateBox);
      edges = drawn.edges;
      arrows();
      keepList(byId('partitions'), partitionBars(input.seen), (bar) => String(bar.partition), makeBar, updateBar);
    },
  };
}

function makeBox({ id }: Box): HTMLElement {
  const facts = element('dl');
  const heading = element('p', { class: 'role' });
  return element(
    'article',
    { class: 'box', 'data-box': id },
    heading,
    element('h3'),
    element('p', { class: 'engine' }),
    facts,
  );
}

function updateBox(made: HTMLElement, box: Box): void {
  setAttribute(made, 'data-tone', box.tone);
  setAttribute(made, 'data-state', box.state);
  made.style.gridArea = `${box.row} / ${box.column} / span ${box.rows} / span 1`;
  const [role, title, engine, facts] = made.children;
  setText(role!, box.role);
  setText(title!, box.title);
  setText(engine!, box.engine);
  keepList(
    facts!,
    box.facts,
    ([label]) => label,
    ([label]) => element('div', {}, element('dt', {}, label), element('dd')),
    (row, [, value]) => setText(row.children[1]!, value),
  );
}

/** Where boxes stand one below the other there are no arrows: the order says it. */
function drawEdges(map: HTMLElement, edges: readonly Edge[]): void {
  const layer = byId('edges') as unknown as SVGSVGElement;
  const within = map.getBoundingClientRect();
  const isGrid = getComputedStyle(map).gridTemplateColumns.split(' ').length > 2;
  setAttribute(layer, 'viewBox', `0 0 ${Math.max(1, within.width)} ${Math.max(1, within.height)}`);
  const wanted = isGrid ? edges : [];
  while (layer.children.length > wanted.length) layer.lastElementChild!.remove();
  while (layer.children.length < wanted.length) layer.append(document.createElementNS(svg, 'path'));
  wanted.forEach(({ from, to, tone, flows }, i) => {
    const path = layer.children[i]!;
    const [a, b] = [from, to].map((id) => map.querySelector(`[data-box="${id}"]`)?.getBoundingClientRect());
    setAttribute(path, 'd', a === undefined || b === undefined ? '' : pathBetween(a, b, within));
    setAttribute(path, 'class', `edge ${tone}${flows ? ' flows' : ''}`);
  });
}

type Rect = Pick<DOMRect, 'left' | 'right' | 'top' | 'bottom' | 'width' | 'height'>;

/** From a box's side to the other's: straight where both stand on one height, else a curve. */
function pathBetween(a: Rect, b: Rect, { left, top }: Rect): string {
  if (b.left >= a.right) {
    const [least, most] = [Math.max(a.top, b.top), Math.min(a.bottom, b.bottom)];
    const middle = (rect: Rect) => (rect.top + rect.bottom) / 2;
    // Where they overlap in height, at one height: that of the smaller one where it can be.
    const y = most - least > 24 ? (least + most) / 2 : undefined;
    const [y1, y2] = y === undefined ? [clamp(middle(b), a), clamp(middle(a), b)] : [y, y];
    const [x1, x2] = [a.right - left, b.left - left - 5];
    const bend = (x2 - x1) / 2;
    return `M${x1} ${y1 - top}C${x1 + bend} ${y1 - top} ${x2 - bend} ${y2 - top} ${x2} ${y2 - top}`;
  }
  const x = (Math.max(a.left, b.left) + Math.min(a.right, b.right)) / 2 - left;
  return a.bottom <= b.top
    ? `M${x} ${a.bottom - top}V${b.top - top - 5}`
    : `M${x} ${a.top - top}V${b.bottom - top + 5}`;
}

const clamp = (y: number, { top, bottom }: Rect) => Math.min(bottom - 14, Math.max(top + 14, y));

function makeBar(bar: PartitionBar): HTMLElement {
  const parts = ['base', 'speed'].map((kind) => element('span', { class: `fill ${kind}` }));
  const ticks = ['archive', 'truth'].map((kind) => element('span', { class: `tick ${kind}` }));
  return element(
    'div',
    { class: 'partition' },
    element('b', {}, `P${bar.partition}`),
    element('span', { class: 'offset from' }),
    element('span', { class: 'track' }, ...parts, ...ticks),
    element('span', { class: 'offset end' }),
  );
}

function updateBar(made: HTMLElement, { partition, from, end, cut, head, ticks }: PartitionBar): void {
  const [, first, track, last] = made.children as unknown as HTMLElement[];
  setText(first!, grouped(from));
  setText(last!, grouped(end));
  const [base, speed, ...marks] = track!.children as unknown as HTMLElement[];
  base!.style.width = `${cut * 100}%`;
  speed!.style.left = `${cut * 100}%`;
  speed!.style.width = `${Math.max(0, head - cut) * 100}%`;
  for (const mark of marks) {
    const found = ticks.find(({ kind }) => mark.classList.contains(kind));
    mark.hidden = found === undefined;
    if (found !== undefined) mark.style.left = `${found.at * 100}%`;
  }
  const share = (part: number) => `${Math.round(part * 100)} %`;
  setAttribute(
    made,
    'aria-label',
    `Partition ${partition}, up to offset ${grouped(end)}: in the base up to ${share(cut)}, in slices up to ${share(head)}`,
  );
  setAttribute(made, 'role', 'img');
}
