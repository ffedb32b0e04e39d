/** What is presented of answers: a table each, with the verdict of the sums that it is made of. */
import type { AnswerView, PresentedView } from '../answers.js';
import { byId, element, keepList, setAttribute, setText } from './dom.js';
import { grouped, words } from './format.js';

interface Shown {
  readonly view: AnswerView;
  readonly presented: PresentedView;
}

export function showPresented(answers: readonly AnswerView[]): void {
  const all = answers.flatMap((view) => view.presented.map((presented): Shown => ({ view, presented })));
  keepList(byId('presented'), all, ({ presented }) => presented.name, makeCard, updateCard);
}

function makeCard({ presented: { name } }: Shown): HTMLElement {
  const id = `presented-${name}`;
  return element(
    'article',
    { class: 'panel question', 'data-presented': name, 'aria-labelledby': id },
    element('div', { class: 'head' }, element('h3', { id }), element('span', { class: 'verdict' })),
    element('p', { class: 'note' }),
    element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Table of ${name}` }),
  );
}

function updateCard(card: HTMLElement, { view, presented }: Shown): void {
  const [head, note, place] = card.children as unknown as HTMLElement[];
  setText(head!.children[0]!, presented.asks);
  const [verdict, state] = verdictOf(view);
  setText(head!.children[1]!, verdict);
  setAttribute(head!.children[1]!, 'data-state', state);
  setText(note!, view.answer === null ? `Unknown: ${view.unknown}` : noteText(view.answer, presented));
  showTable(place!, presented);
}

function verdictOf({ answer }: AnswerView): readonly [text: string, state: string] {
  if (answer === null) return ['unknown', 'unknown'];
  if (answer.compared === 'equal') return ['sums = truth', 'ok'];
  return answer.compared === 'unknown' ? ['truth not there yet', 'unknown'] : ['WRONG sums', 'bad'];
}

function noteText(
  { pipeline, number }: NonNullable<AnswerView['answer']>,
  { says, rowsLeftOut }: PresentedView,
): string {
  const left = rowsLeftOut === 0 ? '' : `; ${grouped(rowsLeftOut)} more rows`;
  return `${pipeline}, slice ${grouped(number)}: ${says}${left}`;
}

/** Built once for its columns and rows; after that only texts change, so that a reader keeps its place. */
function showTable(place: HTMLElement, { columns, rows }: PresentedView): void {
  const shape = `${columns.length}x${rows.length}`;
  if (place.dataset.shape !== shape) {
    place.dataset.shape = shape;
    const head = element('tr', {}, ...columns.map(({ name }) => element('th', { scope: 'col' }, words(name))));
    const body = rows.map(() =>
      element('tr', {}, ...columns.map(({ isNumber }) => (isNumber ? element('td') : element('th', { scope: 'row' })))),
    );
    place.replaceChildren(element('table', {}, element('thead', {}, head), element('tbody', {}, ...body)));
  }
  const made = place.querySelectorAll('tbody tr');
  for (const [i, row] of rows.entries())
    for (const [column, text] of row.entries()) setText(made[i]!.children[column]!, text);
}
