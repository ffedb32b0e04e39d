/** Alerts: a line each, the raised ones first. What is not decided is said, so that an empty list is no promise. */
import type { AlertsView, AlertView } from '../alerts.js';
import { byId, element, keepList, setAttribute, setText } from './dom.js';
import { clockTime, grouped, words } from './format.js';

export function showAlerts({ raised, shown, undecided }: AlertsView): void {
  setText(byId('alerts-title'), raised === 0 ? 'Alerts' : `Alerts: ${grouped(raised)} raised`);
  setText(byId('alerts-note'), noteText(raised, shown, undecided));
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

function noteText(raised: number, shown: readonly AlertView[], undecided: AlertsView['undecided']): string {
  const left = raised - shown.filter(({ state }) => state === 'raised').length;
  return [
    ...(raised === 0 ? [`Nothing needs a reaction${undecided.length === 0 ? '' : ', as far as it is decided'}.`] : []),
    ...(left > 0 ? [`${grouped(left)} more are raised: snacklab … alerts prints them.`] : []),
    ...undecided.map(({ rule, why }) => `Not decided: ${words(rule)}, since ${why}.`),
  ].join(' ');
}
