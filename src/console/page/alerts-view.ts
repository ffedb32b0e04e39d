/** Alerts: a line each, the raised ones first. What is not decided is said, so that an empty list is no promise. */
import type { AlertsView, AlertView } from '../alerts.js';
import { byId, element, keepList, setAttribute, setText } from './dom.js';
import { clockTime, grouped, words } from './format.js';

export function showAlerts({ raised, shown, unanswered }: AlertsView): void {
  setText(byId('alerts-title'), raised === 0 ? 'Alerts' : `Alerts: ${grouped(raised)} raised`);
  setText(byId('alerts-note'), noteText(raised, shown, unanswered));
  keepList(byId('alerts'), shown, ({ id, state }) => `${id} ${state}`, makeLine, updateLine);
}

function makeLine(): HTMLElement {
  return element('li', {}, element('b'), element('span'), element('small'));
}

function updateLine(line: HTMLElement, { id, rule, says, state, atMs, pipeline, number }: AlertView): void {
  const [name, text, where] = line.children as unknown as [Element, Element, Element];
  setAttribute(line, 'data-state', state);
  setText(name, words(rule));
  setText(text, says);
  setText(where, `no. ${grouped(id)}, ${state} ${clockTime(atMs)} at ${pipeline}, slice ${grouped(number)}`);
}

function noteText(raised: number, shown: readonly AlertView[], unanswered: readonly string[]): string {
  const left = raised - shown.filter(({ state }) => state === 'raised').length;
  const open = unanswered.map(words).join(', ');
  return [
    ...(raised === 0 ? ['Nothing needs a reaction, as far as it is decided.'] : []),
    ...(left > 0 ? [`${grouped(left)} more are raised: snacklab … alerts prints them.`] : []),
    ...(open === '' ? [] : [`Not decided, since the live version does not answer what they ask: ${open}.`]),
  ].join(' ');
}
