/** `alerts`: what is raised now, what was cleared lately, and which rules nobody decides. */
import { type Alert, emptyBook } from '../../alerts/book.js';
import { readBook } from '../../alerts/kept-book.js';
import { unansweredRules } from '../../alerts/rules.js';
import type { AlertsDocument } from '../documents-alerts.js';
import { findLab } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { duration, table } from '../text.js';

const clearedShown = 10;

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const { lab } = input;
  await using store = await (await findLab(input, context)).openStore();
  const [book = emptyBook, heads] = await Promise.all([readBook(store), store.readHeads()]);
  const { raised, cleared, outbox, unsent } = book;
  const document: AlertsDocument = {
    ...{ schema: 'snacklab/alerts', version: 1, lab, raised: raised.map(shown), cleared: cleared.map(shown) },
    ...{ unanswered: [...unansweredRules(heads)], waiting: outbox.length, unsent },
  };
  return { document, text: alertsText(document, context.clock.nowMs()) };
}

function shown({ id, rule, subject, says, raised, cleared }: Alert): AlertsDocument['raised'][number] {
  return { id, rule, subject, says, raised: where(raised), cleared: cleared === null ? null : where(cleared) };
}

const where = ({ pipeline, number, position, atMs }: Alert['raised']) => ({ pipeline, number, position, atMs });

function alertsText({ raised, cleared, unanswered, waiting, unsent }: AlertsDocument, nowMs: number): string {
  const since = (atMs: number) => `${duration(Math.max(0, nowMs - atMs))} ago`;
  const rows = raised.map((one) => [String(one.id), since(one.raised.atMs), one.rule, one.says]);
  const ended = cleared
    .slice(0, clearedShown)
    .map((one) => [String(one.id), since(one.cleared!.atMs), one.rule, one.subject]);
  const blocks = [
    raised.length === 0 ? 'no alert is raised' : table(['raised', 'when', 'rule', 'says'], rows),
    ...(ended.length === 0 ? [] : [table(['cleared', 'when', 'rule', 'subject'], ended)]),
    ...unanswered.map(
      (rule) => `${rule} is not decided: the live version does not answer its question (docs/questions-business.yaml)`,
    ),
    ...(waiting === 0 ? [] : [`${waiting} notices wait for the webhook`]),
    ...(unsent === 0 ? [] : [`${unsent} notices were given up: the webhook was away for too long`]),
  ];
  return blocks.join('\n');
}
