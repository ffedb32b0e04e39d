/** What `verify` shows: the verdict in one line, the counts, and the first of what is wrong or missing. Pure. */
import type { VerifyDocument } from '../documents-verify.js';
import { duration, grouped, table } from '../text.js';

const flawsShownMax = 4;

export function verifyText(document: VerifyDocument): string {
  const { verdict, ok, wrong, unknown, seconds } = document;
  const counts = `${grouped(ok)} ok, ${grouped(wrong)} wrong, ${grouped(unknown)} unknown`;
  return [
    `${titles[verdict]}: ${counts} in ${seconds.toFixed(1)} s${document.afterKill ? ' after a kill' : ''}`,
    ...(document.questions.length === 0 ? [] : ['', questionTable(document.questions)]),
    '',
    ...logLines(document),
    ...document.wrongAnswers.flatMap(wrongLines),
    ...document.shortcomings.map((shortcoming) => `not known: ${shortcoming}`),
    ...(document.ledger === null ? [] : ledgerLines(document.ledger)),
    `judge again: ${document.again}`,
  ].join('\n');
}

const titles = { pass: 'PASS', unknown: 'UNKNOWN', fail: 'WRONG' } as const;

function questionTable(questions: VerifyDocument['questions']): string {
  const head = ['question', 'ok', 'wrong', 'unknown', 'positions', 'bases', 'longest without an answer'];
  const rows = questions.map((one) => [
    one.question,
    ...[one.ok, one.wrong, one.unknown, one.positions, one.bases].map(grouped),
    duration(one.longestSilenceMs),
  ]);
  return table(head, rows);
}

function logLines({ messagesRead, countedMs }: VerifyDocument): string[] {
  if (countedMs === 0) return [];
  const rate = grouped(Math.round((messagesRead * 1000) / countedMs));
  return [`the log: ${grouped(messagesRead)} messages counted in ${duration(countedMs)} (${rate} a second)`];
}

function wrongLines(answer: VerifyDocument['wrongAnswers'][number]): string[] {
  const { question, pipeline, number, position, baseId, flaws, seenMs } = answer;
  const where = `${question} of ${pipeline} at [${position.join(', ')}] (slice ${number}, base ${baseId})`;
  const more = flaws.length - flawsShownMax;
  return [
    `wrong: ${where}, seen ${new Date(seenMs).toISOString()}`,
    ...flaws.slice(0, flawsShownMax).map((flaw) => {
      const what = flaw.key === undefined ? flaw.what : `${flaw.key} ${flaw.what}`;
      return `  ${flaw.invariant}: ${what}: expected ${flaw.expected}, got ${flaw.got}`;
    }),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function ledgerLines(ledger: NonNullable<VerifyDocument['ledger']>): string[] {
  const { verdict, acknowledged, messages, findings, inFlight, inFlightIds, foreign } = ledger;
  const looked = `${grouped(acknowledged)} acknowledged events looked for in ${grouped(messages)} messages`;
  return [
    `the ledger: ${verdict === 'pass' ? 'each is there as often as it was sent' : titles[verdict]}; ${looked}`,
    ...findings.map((finding) => `  ${finding}`),
    ...(inFlight === 0 ? [] : [`  not acknowledged, but there: ${grouped(inFlight)} (${inFlightIds.join(', ')} …)`]),
    ...(foreign === 0 ? [] : [`  not the generator's: ${grouped(foreign)}`]),
  ];
}
