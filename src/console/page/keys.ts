/** Keyboard shortcuts. Each is listed in the dialog behind `?`; none is taken while something is being typed. */
import { byId, element } from './dom.js';

export interface Shortcut {
  readonly key: string;
  readonly does: string;
  readonly act: () => void;
}

export function startKeys(shortcuts: readonly Shortcut[]): void {
  const dialog = byId<HTMLDialogElement>('keys');
  const help = { key: '?', does: 'this list', act: () => dialog.showModal() };
  const all = [...shortcuts, help];
  byId('keys-list').append(
    ...all.map(({ key, does }) =>
      element('div', {}, element('dt', {}, element('kbd', {}, key)), element('dd', {}, does)),
    ),
  );
  byId('help').addEventListener('click', help.act);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const found = all.find(({ key }) => key === event.key || (key === '1 – 9' && /^[1-9]$/.test(event.key)));
    if (found === undefined || document.querySelector('dialog[open]') !== null) return;
    event.preventDefault();
    pressed = event.key;
    found.act();
  });
}

let pressed = '';

/** The key that was pressed last, for a shortcut of several keys. */
export const lastKey = (): string => pressed;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
