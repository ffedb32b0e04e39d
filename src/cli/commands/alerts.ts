/** `alerts`: what is raised now, what was cleared lately, and which rules nobody decides. */
import { type Alert, emptyBook } from '../../alerts/book.js';
import { readBook } from '../../alerts/kept-book.js';
import { keeperOf, undecidedRules } from '../../alerts/undecided.js';
import type { AlertsDocument } from '../documents-alerts.js';
import { findLab } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { duration, table } from '../text.js';

const clearedShown = 10;

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const { lab } = input;
  await using store = await (await findLab(input, context)).openStore();
  const [book = emptyBook, heads, reports] = await Promise.all([
    readBook(store),
    store.readHeads(),
    store.readReports(),
  ]);
  const nowMs = context.clock.nowMs();
  const { raised, cleared, outbox, unsent } = book;
  const document: AlertsDocument = {
    ...{ schema: 'snacklab/alerts', version: 1, lab, raised: raised.map(shown), cleared: cleared.map(shown) },
    ...{ undecided: [...undecidedRules(heads, reports, nowMs)], waiting: outbox.length, unsent },
    webhook: keeperOf(reports, nowMs)?.webhook ?? null,
  };
  return { document, text: alertsText(document, nowMs) };
}

function shown({ id, rule, subject, says, raised, cleared }: Alert): AlertsDocument['raised'][number] {
  return { id, rule, subject, says, raised: where(raised), cleared: cleared === null ? null : where(cleared) };
}

const where = ({ pipeline, number, position, atMs }: Alert['raised']) => ({ pipeline, number, position, atMs });

function alertsText(document: AlertsDocument, nowMs: number): string {
  const { raised, cleared, undecided, waiting, unsent, webhook } = document;
  const since = (atMs: number) => `${duration(Math.max(0, nowMs - atMs))} ago`;
  const rows = raised.map((one) => [String(one.id), since(one.raised.atMs), one.rule, one.says]);
  const ended = cleared
    .slice(0, clearedShown)
    .map((one) => [String(one.id), since(one.cleared!.atMs), one.rule, one.subject]);
  const none = undecided.length === 0 ? 'no alert is raised' : 'no alert is raised, as far as it is decided';
  const blocks = [
    raised.length === 0 ? none : table(['raised', 'when', 'rule', 'says'], rows),
    ...(ended.length === 0 ? [] : [table(['cleared', 'when', 'rule', 'subject'], ended)]),
    ...undecided.map(({ rule, why }) => `${rule} is not decided: ${why}`),
    ...(waiting === 0
      ? []
      : [`${waiting} notices wait ${webhook === false ? 'though no webhook is set' : 'for the webhook'}`]),
    ...(unsent === 0 ? [] : [`${unsent} notices were given up: too many waited for the webhook`]),
  ];
  return blocks.join('\n');
}
