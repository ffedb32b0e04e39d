/** The line of figures at the top, the chip that says how the stream stands, and the banner that says what is wrong. */
import type { AnswerView } from '../answers.js';
import { lasting } from '../figures.js';
import type { SeenView, VersionView } from '../model.js';
import { byId, element, keepList, setAttribute, setHidden, setText } from './dom.js';
import { clockTime, grouped } from './format.js';
import { type PageState, silentMs } from './state.js';

interface Stat {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly tone: string;
}

export function showStats(state: PageState): void {
  keepList(byId('stats'), statsOf(state), ({ name }) => name, makeStat, updateStat);
}

function statsOf({ machine, answers }: PageState): readonly Stat[] {
  const seen = machine?.seen ?? undefined;
  const live = seen?.versions.find((one) => one.live);
  return [eventsStat(seen), logStat(seen), behindStat(live), baseStat(live, machine?.atMs ?? 0), errorStat(answers)];
}

function eventsStat(seen: SeenView | undefined): Stat {
  const speed = seen?.log?.perSecond ?? null;
  const { paused, wantedRate } = seen?.generator ?? { paused: false, wantedRate: null };
  const wanted = `wanted: ${wantedRate === null ? 'not known' : `${grouped(wantedRate)}/s`}`;
  return {
    name: 'Events',
    value: speed === null ? '–' : `${grouped(Math.round(speed))}/s`,
    note: paused ? 'the generator is paused' : wanted,
    tone: paused ? 'paused' : 'log',
  };
}

function logStat(seen: SeenView | undefined): Stat {
  const log = seen?.log ?? null;
  const note = log === null ? 'the log does not answer' : `messages in ${log.ends.length} partitions`;
  return { name: 'In the log', value: log === null ? '–' : grouped(log.messages), note, tone: 'log' };
}

function behindStat(live: VersionView | undefined): Stat {
  const value = live?.lag == null ? '–' : grouped(live.lag);
  return { name: 'Behind', value, note: 'messages not in the answer yet', tone: 'speed' };
}

function baseStat(live: VersionView | undefined, nowMs: number): Stat {
  const shared = { name: 'Base', tone: 'base' };
  if (live === undefined) return { ...shared, value: '–', note: 'not known' };
  const published = live.cycle?.publishedMs ?? null;
  const age = published === null ? '' : `${lasting(Math.max(0, nowMs - published))} old, `;
  const value = live.base.id === 0 ? 'none yet' : grouped(live.base.id);
  return { ...shared, value, note: `${age}+ ${grouped(live.slices)} slices` };
}

function errorStat(answers: readonly AnswerView[]): Stat {
  const many = (wanted: string) => answers.filter(({ answer }) => (answer?.compared ?? 'unknown') === wanted).length;
  const [exact, wrong, unknown] = [many('equal'), many('different'), many('unknown')];
  const name = 'Answer − truth';
  if (wrong > 0) return { name, value: 'WRONG', note: `${wrong} of ${answers.length} questions`, tone: 'bad' };
  const rest = unknown > 0 ? `, ${unknown} not known` : '';
  const note = answers.length === 0 ? 'no answer yet' : `${exact} of ${answers.length} questions exact${rest}`;
  return { name, value: exact > 0 ? '0' : '?', note, tone: 'truth' };
}

function makeStat({ name }: Stat): HTMLElement {
  return element(
    'div',
    { class: 'stat', 'data-stat': name },
    element('p', {}, name),
    element('strong'),
    element('span'),
  );
}

function updateStat(made: HTMLElement, { value, note, tone }: Stat): void {
  setAttribute(made, 'data-tone', tone);
  setText(made.children[1]!, value);
  setText(made.children[2]!, note);
}

/** What is wrong, in words, and since when what is shown is not of now. */
export function showStanding(state: PageState): void {
  const [chip, text] = chipOf(state);
  setAttribute(byId('connection'), 'data-state', chip);
  setText(byId('connection-text'), text);
  const problem = problemOf(state);
  setHidden(byId('banner'), problem === undefined);
  setText(byId('banner'), problem ?? '');
  setAttribute(document.body, 'data-old', String(problem !== undefined || state.standing.state !== 'live'));
}

function problemOf(state: PageState): string | undefined {
  const { standing, machine, heardMs } = state;
  if (standing.state === 'refused') return `${capital(standing.why)}.`;
  if (standing.state === 'broken') {
    const since = heardMs === undefined ? '' : ` What is shown is of ${clockTime(heardMs)}.`;
    return `${capital(standing.why)}: the lab is down, or its console starts again.${since} It is tried again and again.`;
  }
  const old = machine?.seen == null ? '' : ` What is shown is of ${clockTime(machine.seen.atMs)}.`;
  if (machine?.problem != null) return `The lab cannot be read: ${machine.problem}.${old}`;
  const silent = silentMs(state);
  return silent === undefined ? undefined : `The lab has not answered for ${lasting(silent)}.${old}`;
}

function chipOf(state: PageState): [string, string] {
  const { standing, machine } = state;
  if (standing.state === 'broken') return ['broken', 'no connection'];
  if (standing.state === 'refused') return ['broken', 'refused'];
  // A stream that stands and has said nothing yet is not live: the buttons are off then, too.
  if (standing.state === 'connecting' || machine === undefined) return ['connecting', 'connecting'];
  if (machine?.problem != null || silentMs(state) !== undefined) return ['broken', 'lab is down'];
  return machine?.seen?.generator.paused ? ['paused', 'paused'] : ['live', 'live'];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
