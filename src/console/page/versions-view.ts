/** The versions: which readers follow, how far the others are, and the buttons that move readers or end one. */
import type { MachineView, VersionView } from '../model.js';
import { byId, element, keepList, setAttribute, setText } from './dom.js';
import { grouped } from './format.js';

export interface VersionButtons {
  readonly moveTo: (version: string) => void;
  readonly drop: (version: string) => void;
}

export function showVersions({ seen }: MachineView, buttons: VersionButtons): void {
  keepList(
    byId('versions'),
    seen?.versions ?? [],
    ({ pipeline }) => pipeline,
    (version) => makeRow(version, buttons),
    updateRow,
  );
}

function makeRow({ version }: VersionView, { moveTo, drop }: VersionButtons): HTMLElement {
  const button = (text: string, name: string, act: () => void) => {
    const made = element('button', { type: 'button', 'data-does': name, 'aria-label': `${text} ${version}` }, text);
    made.addEventListener('click', act);
    return made;
  };
  return element(
    'article',
    { class: 'version', 'aria-label': `Version ${version}` },
    element('h3', {}, version, element('span', { class: 'state' })),
    element('p', { class: 'asked' }),
    element(
      'dl',
      {},
      ...['position', 'behind live', 'lag', 'stored'].map((label) =>
        element('div', {}, element('dt', {}, label), element('dd')),
      ),
    ),
    element(
      'div',
      { class: 'inline' },
      button('Switch to', 'switch', () => moveTo(version)),
      button('Drop', 'drop', () => drop(version)),
    ),
  );
}

function updateRow(row: HTMLElement, version: VersionView): void {
  const [head, asked, facts, buttons] = row.children;
  setAttribute(row, 'data-state', version.state);
  setText(head!.children[0]!, version.previous ? `${version.state}, live before` : version.state);
  setText(asked!, version.questions.join(', '));
  const values = [
    `${grouped(version.messages)} messages`,
    version.live ? '–' : grouped(version.behindLive),
    version.lag === null ? 'not known' : grouped(version.lag),
    version.storedBytes === null ? 'not known' : `${grouped(Math.ceil(version.storedBytes / 1024))} KiB`,
  ];
  [...facts!.children].forEach((fact, i) => {
    setText(fact.children[1]!, values[i]!);
  });
  for (const button of buttons!.children as unknown as HTMLButtonElement[]) {
    const isFree = !version.live && version.state !== 'dropping';
    button.disabled = !isFree;
  }
}
