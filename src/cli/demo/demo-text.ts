/** The verdict of a demo as a reader sees it. Pure. */
import type { DemoDocument } from '../documents-demo.js';
import { duration, grouped, size, table } from '../text.js';

export function demoText(document: DemoDocument): string {
  const { architectures, baseline, memoryBytes, again } = document;
  const columns = Object.entries(architectures);
  const row = (name: string, cell: (one: (typeof columns)[number][1]) => string) => [
    name,
    ...columns.map(([, one]) => cell(one)),
  ];
  const rows = [
    row('answers judged', ({ ok, wrong, unknown }) => grouped(ok + wrong + unknown)),
    row('exact', exactness),
    ...(document.merge === 'naive' ? [row('exact, if merged naively', ({ naive }) => shareOf(naive))] : []),
    row('age of an event, p50', ({ ageMs }) => age(ageMs.p50)),
    row('age of an event, p99', ({ ageMs }) => age(ageMs.p99)),
    row('messages counted', ({ messages }) => grouped(messages)),
    row('bases published', ({ bases }) => String(bases)),
    row('replay', ({ replay }) =>
      replay === null ? '-' : `${grouped(replay.messages)} in ${duration(replay.tookMs)}`,
    ),
  ];
  return [
    table(['', ...columns.map(([name]) => name)], rows),
    '',
    `Both questions by one plain DuckDB scan of the same ${grouped(baseline.messages)} messages: ` +
      `${duration(baseline.tookMs)} and ${size(baseline.memoryBytes)}; this process took ${size(memoryBytes)}. ` +
      (baseline.agrees ? 'It finds what the last answers say.' : 'IT FINDS SOMETHING ELSE THAN THE LAST ANSWERS SAY.'),
    ...shortcomings(document),
    '',
    verdictText(document),
    'The same on the real engines:',
    ...again.map((line) => `    ${line}`),
  ].join('\n');
}

function verdictText({ verdict, eventsPerSecond }: DemoDocument): string {
  const rate = `${grouped(Math.round(eventsPerSecond))} events a second`;
  if (verdict === 'pass') return `Exact at every instant that was looked at, at ${rate}.`;
  if (verdict === 'fail') return `WRONG at ${rate}: see above.`;
  return `Not known: no answer was found wrong at ${rate}, but not enough was seen to call it exact.`;
}

type Architecture = DemoDocument['architectures'][string];

function exactness({ ok, wrong, unknown }: Architecture): string {
  const judged = ok + wrong + unknown;
  const share = judged === 0 ? '?' : `${(Math.floor((ok / judged) * 100_000) / 1000).toString()} %`;
  return `${share} (${wrong} wrong, ${unknown} unknown)`;
}

function shareOf(naive: Architecture['naive']): string {
  if (naive === null || naive.ok + naive.wrong === 0) return '-';
  const share = Math.floor((naive.ok / (naive.ok + naive.wrong)) * 1000) / 10;
  return `${share} % (${naive.wrong} wrong)`;
}

function age(ms: number | null): string {
  return ms === null ? '?' : duration(ms);
}

function shortcomings({ architectures }: DemoDocument): readonly string[] {
  return Object.entries(architectures).flatMap(([name, one]) => [
    ...one.wrongAnswers.map((wrong) => `${name}: ${wrong}`),
    ...one.shortcomings.map((reason) => `${name}: ${reason}`),
  ]);
}
