/** Each question as a chart of bars, base and real time stacked with the truth as a mark, and as a table with all faces. */

import type { AnswerDocument } from '../../cli/documents.js';
import type { AnswerView } from '../answers.js';
import { byId, element, keepList, setAttribute, setHidden, setText } from './dom.js';
import { grouped, share, words } from './format.js';

const barsMax = 8;
type Row = AnswerDocument['rows'][number];

export function showQuestions(answers: readonly AnswerView[]): void {
  keepList(byId('questions'), answers, ({ question }) => question, makeCard, updateCard);
}

function makeCard({ question }: AnswerView): HTMLElement {
  const id = `question-${question}`;
  const details = element(
    'details',
    {},
    element('summary', {}, 'Table'),
    element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Table of ${question}` }),
  );
  const card = element(
    'article',
    { class: 'panel question', 'data-question': question, 'aria-labelledby': id },
    element('div', { class: 'head' }, element('h3', { id }), element('span', { class: 'verdict' })),
    element('p', { class: 'total' }, element('strong'), element('span')),
    element('p', { class: 'note position' }),
    element('p', { class: 'unknown', role: 'status' }),
    element('div', { class: 'bars' }),
    details,
  );
  // What is closed is not drawn; it is drawn when it is opened.
  details.addEventListener('toggle', () => details.open && updateTable(details, latest.get(question)));
  return card;
}

/** The newest of each, for a table that is opened between two events. */
const latest = new Map<string, AnswerView>();

function updateCard(card: HTMLElement, view: AnswerView): void {
  latest.set(view.question, view);
  const [head, total, position, unknown, bars, details] = card.children as unknown as HTMLElement[];
  const { answer, charted } = view;
  setText(head!.children[0]!, view.asks);
  const [verdict, state] = verdictOf(view);
  setText(head!.children[1]!, verdict);
  setAttribute(head!.children[1]!, 'data-state', state);
  setText(total!.children[0]!, charted === null ? '–' : grouped(charted.totals.merged));
  setText(total!.children[1]!, charted === null ? 'not known' : words(charted.sum));
  setHidden(position!, answer === null);
  if (answer !== null) setText(position!, positionText(answer));
  setHidden(unknown!, view.unknown === null);
  setText(unknown!, view.unknown === null ? '' : `Unknown: ${view.unknown}`);
  showBars(bars!, view);
  if ((details as HTMLDetailsElement).open) updateTable(details as HTMLDetailsElement, view);
}

function verdictOf({ answer, charted }: AnswerView): [string, string] {
  if (answer === null) return ['unknown', 'unknown'];
  if (answer.compared === 'equal') return ['= truth', 'ok'];
  if (answer.compared === 'unknown') return ['truth not there yet', 'unknown'];
  return [`WRONG by ${charted?.totals.error ?? '?'}`, 'bad'];
}

function positionText({ pipeline, position, number, base, slices, messages, rejected }: AnswerDocument): string {
  const shown = position.length > 8 ? `${messages} messages` : `[${position.join(', ')}]`;
  return `${pipeline} at ${shown}, slice ${grouped(number)}: base ${base.id} + ${slices} slices, ${grouped(messages)} messages, ${grouped(rejected)} rejected`;
}

function showBars(bars: HTMLElement, { answer, charted }: AnswerView): void {
  const sum = charted?.sum;
  const rows = answer === null || sum === undefined ? [] : topRows(answer.rows, sum);
  const most = rows.reduce((so, row) => larger(so, BigInt(row.sums[sum!]?.merged ?? '0')), 0n);
  keepList(
    bars,
    rows,
    keyText,
    () => makeBar(),
    (made, row) => updateBar(made, row, sum!, most),
  );
}

const larger = (a: bigint, b: bigint) => (b > a ? b : a);
const keyText = (row: Row) => Object.values(row.key).join(' · ');

function topRows(rows: readonly Row[], sum: string): readonly Row[] {
  const value = (row: Row) => BigInt(row.sums[sum]?.merged ?? '0');
  return [...rows].sort((a, b) => (value(b) > value(a) ? 1 : value(b) < value(a) ? -1 : 0)).slice(0, barsMax);
}

function makeBar(): HTMLElement {
  const track = element(
    'span',
    { class: 'track' },
    element('span', { class: 'fill base' }),
    element('span', { class: 'fill speed' }),
    element('span', { class: 'tick truth' }),
  );
  return element(
    'div',
    { class: 'row' },
    element('span', { class: 'key' }),
    track,
    element('span', { class: 'value' }),
  );
}

function updateBar(made: HTMLElement, row: Row, sum: string, most: bigint): void {
  const [key, track, value] = made.children as unknown as HTMLElement[];
  const { base, realTime, merged, truth } = row.sums[sum]!;
  setText(key!, keyText(row));
  setText(value!, grouped(merged ?? '–'));
  const [first, second, tick] = track!.children as unknown as HTMLElement[];
  const at = share(base ?? '0', most);
  first!.style.width = `${at * 100}%`;
  second!.style.left = `${at * 100}%`;
  second!.style.width = `${share(realTime ?? '0', most) * 100}%`;
  tick!.hidden = truth === null;
  if (truth !== null) tick!.style.left = `${share(truth, most) * 100}%`;
}

const faces = [
  ['base', 'base'],
  ['realTime', 'real time'],
  ['merged', 'answer'],
  ['truth', 'truth'],
] as const;

function updateTable(details: HTMLDetailsElement, view: AnswerView | undefined): void {
  const place = details.children[1]!;
  const answer = view?.answer;
  if (answer == null) {
    place.replaceChildren();
    return;
  }
  const keys = Object.keys(answer.rows[0]?.key ?? {});
  const sums = Object.keys(answer.rows[0]?.sums ?? {});
  const titles = [...keys.map(words), ...sums.flatMap((sum) => faces.map(([, face]) => `${words(sum)} ${face}`))];
  const head = element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title)));
  const body = answer.rows.map((row) =>
    element(
      'tr',
      {},
      ...keys.map((key) => element('th', { scope: 'row' }, row.key[key]!)),
      ...sums.flatMap((sum) =>
        faces.map(([face]) =>
          element('td', { 'data-face': face }, cellText(row.sums[sum]![face], face, answer.compared)),
        ),
      ),
    ),
  );
  const left = view!.rowsLeftOut;
  const note =
    left === 0
      ? []
      : [element('caption', {}, `${grouped(left)} more keys: snacklab … query ${answer.question} prints all`)];
  place.replaceChildren(element('table', {}, ...note, element('thead', {}, head), element('tbody', {}, ...body)));
}

/** Null is a least or greatest of no event, and of the truth also what is not known. */
function cellText(value: string | null, face: string, compared: string): string {
  if (value !== null) return grouped(value);
  return face === 'truth' && compared === 'unknown' ? '?' : '–';
}
