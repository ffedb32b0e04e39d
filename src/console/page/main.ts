/** The page: follows the console's events and draws what they say, at most once a frame. */
import 'uplot/dist/uPlot.min.css';
import './styles/all.css';
import { ownHeaders, takeToken } from './access.js';
import { showAlerts } from './alerts-view.js';
import { openCharts } from './charts.js';
import { openControls } from './controls.js';
import { byId, element, keepList, setAttribute, setHidden, setText } from './dom.js';
import { clockTime } from './format.js';
import { lastKey, startKeys } from './keys.js';
import { openMap } from './map-view.js';
import { showPresented } from './presented-view.js';
import { showQuestions } from './questions-view.js';
import { newState, takeIn } from './state.js';
import { showStanding, showStats } from './stats.js';
import { followStream, type StreamListener } from './stream.js';
import { startTheme } from './theme.js';
import { showVersions } from './versions-view.js';

takeToken();
const state = newState();
const charts = openCharts();
const map = openMap();
const controls = openControls(state);
const theme = startTheme(() => charts.redraw());

let isAsked = false;
function draw(): void {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    drawNow();
  });
}

function drawNow(): void {
  showStanding(state);
  showStats(state);
  controls.show();
  const { machine, answers } = state;
  if (machine === undefined) return;
  document.documentElement.dataset.lab = machine.lab;
  setText(byId('lab-name'), `${machine.lab === 'lambda' ? 'Lambda' : 'Kappa'} · ${machine.runtime}`);
  document.title = `${machine.lab === 'lambda' ? 'Lambda' : 'Kappa'} · snacklab console`;
  if (machine.seen !== null) {
    const compared = { equal: 0, different: 0, unknown: 0 };
    for (const { answer } of answers) compared[answer?.compared ?? 'unknown']++;
    map.show({ machine, seen: machine.seen, compared, nowMs: machine.atMs });
    showVersions(machine, controls);
    showAlerts(machine.seen.alerts);
    setHidden(byId('versions').parentElement!, false);
  }
  drawQuestions();
}

function drawQuestions(): void {
  const { answers, history } = state;
  const names = answers.map(({ question }) => question);
  if (state.chosen === undefined || (names.length > 0 && !names.includes(state.chosen))) state.chosen = names[0];
  keepList(byId('tabs'), names, (name) => name, makeTab, updateTab);
  charts.show(history, state.chosen);
  showQuestions(answers);
  showPresented(answers);
  const since =
    history.sinceMs === 0
      ? ''
      : `Kept by the console since ${clockTime(history.sinceMs)}, when it started; what was before is not known to it.`;
  setText(byId('history-note'), since);
  setText(byId('foot'), `snacklab ${state.version} · the same numbers as snacklab … query prints`);
}

function makeTab(name: string): HTMLElement {
  const tab = element('button', { type: 'button', role: 'tab', 'aria-controls': 'charts' }, name);
  tab.addEventListener('click', () => choose(name));
  tab.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const tabs = [...byId('tabs').children] as HTMLElement[];
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length]!;
    next.focus();
    next.click();
  });
  return tab;
}

function updateTab(tab: HTMLElement, name: string): void {
  setAttribute(tab, 'aria-selected', String(name === state.chosen));
  setAttribute(tab, 'tabindex', name === state.chosen ? '0' : '-1');
}

function choose(name: string | undefined): void {
  if (name === undefined) return;
  state.chosen = name;
  draw();
}

startKeys([
  { key: 'p', does: 'pause or resume the generator', act: controls.togglePause },
  { key: 'b', does: 'run a batch now (Lambda)', act: controls.batch },
  { key: 'n', does: 'start a new version', act: controls.openStart },
  { key: 'r', does: 'go to the rate', act: () => byId('rate').focus() },
  { key: '1 – 9', does: 'chart this question', act: () => choose(state.answers[Number(lastKey()) - 1]?.question) },
  { key: 't', does: 'light or dark', act: theme.toggle },
]);
const listener: StreamListener = {
  event(name, data) {
    takeIn(state, name, data);
    draw();
  },
  standing(standing) {
    state.standing = standing;
    draw();
  },
};
void followStream(listener, ownHeaders);
draw();
