/**
 * Goal: a file of questions is either taken as data that every layer can serve, or refused at the place that is wrong.
 * Method: one good file with one text in it replaced at a time, and the whole message that follows from it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../src/errors.js';
import { eventRule } from '../../src/events/rule.js';
import { beatsByMachine, builtinQuestions, itemsSold, stockBySlot } from '../../src/questions/builtin.js';
import { count, greatest, keyName, least, total, totalOfProduct } from '../../src/questions/question.js';
import { parseQuestionFile } from '../../src/questions/question-file.js';
import { keyColumns, servedTable, sumColumn, sumFaces } from '../../src/serving/served-view.js';

const good = `questions:
  - name: items-sold
    asks: How many items of each kind were sold?
    where: { kind: sale }
    key: [item]
    sums:
      sold: { sum: count }
      revenueCents: { sum: total, field: price_cents }
`;

/** The good file with one text in it replaced. */
function changed(before: string, after: string): string {
  if (!good.includes(before)) throw new Error(`the good file has no ${before}`);
  return good.replace(before, () => after);
}

const parse = (text: string) => parseQuestionFile(text, 'q.yaml');

function refusalOf(text: string): LabError {
  try {
    throw new Error(`the file was taken: ${JSON.stringify(parse(text))}`);
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
}

/** The message for the changed file, as `line:column name is value: rule`, the name without the question's. */
type Refused = readonly [fact: string, before: string, after: string, message: string];

function expectRefusal(...[, before, after, message]: Refused): void {
  expect(refusalOf(changed(before, after)).message).toBe(`q.yaml:${message.replace(' ', ': questions[0].')}`);
}

/** As a list of questions in JSON. */
const named = (names: readonly string[]) => JSON.stringify(names.map((name) => ({ ...itemsSold, name })));

const fields = eventRule.map(({ name }) => name).join(', ');
const kinds = 'sale, refill, heartbeat';
const integers = 'purchase_index, slot, quantity, customer_id, price_cents, cost_cents, timestamp';

describe('a file of questions', () => {
  it('declares the same data as a built-in question', () => {
    expect(parse(good)).toEqual([itemsSold]);
  });

  it('may be JSON, indented with tabs, and a list itself', () => {
    expect(parse(JSON.stringify({ questions: builtinQuestions }, null, '\t'))).toEqual(builtinQuestions);
    expect(parse(JSON.stringify(builtinQuestions))).toEqual(builtinQuestions);
  });

  it('may use every sum, the hour of a field, every type of filter, and none', () => {
    const [n, cents, product] = [count(), total('price_cents'), totalOfProduct('price_cents', 'slot')];
    const sums = { n, cents, product, first: least('timestamp'), last: greatest('timestamp') };
    const key = ['healthy', { hour: 'timestamp' }];
    const filtered = { name: 'all-of-it', asks: 'All?', where: { kind: 'sale', slot: 8, healthy: false }, key, sums };
    const list = [filtered, { ...filtered, name: 'a2', where: {}, key: ['kind'], sums: { n } }];
    expect(parse(JSON.stringify(list))).toEqual(list);
  });

  it('may let several values through, and have filters of sums of their own', () => {
    const list = [stockBySlot, beatsByMachine];
    expect(parse(JSON.stringify(list))).toEqual(list);
  });

  it('keeps the order of sums, which is the order of the stored values', () => {
    const [question] = parse(changed('sold: { sum: count }', 'zebra: { sum: count }\n      aardvark: { sum: count }'));
    expect(Object.keys(question!.sums)).toEqual(['zebra', 'aardvark', 'revenueCents']);
  });

  it('takes a folded text as one line', () => {
    const [question] = parse(changed('How many items of each kind were sold?', '>\n      How many\n      items?'));
    expect(question!.asks).toBe('How many items?');
  });

  it('is refused as misuse with the first of its errors in the text, and with the place as fields', () => {
    const error = refusalOf(changed('sale', 'gift').replace('price_cents', 'item').replace('[item]', '[]'));
    expect(error.message).toBe('q.yaml:4:20: questions[0].where.kind is gift: must be one of sale, refill, heartbeat');
    expect(error).toMatchObject({ kind: 'usage', detail: { file: 'q.yaml', line: 4, column: 20 } });
  });
});

describe('a text that is no list of questions', () => {
  const root = 'a file of questions is a list of them, or `questions:` with that list, and nothing else';
  const list = 'must be a list of 1 to 20 questions';
  const twice = 'is not valid YAML: a key must be there once only';
  it.each([
    ['broken syntax', `${good}  - name: "x\n`, '9:13: "- name: "x" is not valid YAML: Missing closing "quote'],
    ['no end', '[{ "name": 1 }', '1:15: "[{ "name": 1 }" is not valid YAML: Flow sequence must end with a ]'],
    ['a key twice', changed('    key:', '    name: x\n    key:'), `5:5: "name: x" ${twice}`],
    ['a JSON key twice', '[{"name": 1,\n"name": 2}]', `2:1: ""name": 2}]" ${twice}`],
    ['two documents', `${good}---\n[]`, '9:1: "---" is not valid YAML: a file holds one document only'],
    ['a tag', '- !!set { x }', '1:3: "- !!set { x }" is not valid YAML: Unresolved tag: tag:yaml.org,2002:set'],
    ['a list as a key', '? [x]\n: y', '1:3: "? [x]" is not valid YAML: With stringKeys, all keys must be strings'],
    ['an alias', 'questions: &all\n  - *all', '2:5: *all is an alias: write out what it means'],
    ['nothing', '', `1:1: the file is empty: ${root}`],
    ['one text', 'items-sold', `1:1: the file is items-sold: ${root}`],
    ['no questions', 'asks: x', `1:1: questions is missing: ${list}`],
    ['more than questions', `${good}version: 2`, `9:1: version is not allowed: ${root}`],
    ['an empty list', '[]', `1:1: the file is a list of 0: ${list}`],
    ['a list of texts', '- sold', '1:3: [0] is sold: must be a mapping of name, asks, where, key, sums'],
    ['21 questions', named([...'abcdefghijklmnopqrstu']), `1:1: the file is a list of 21: ${list}`],
    ['a key that zod passes over', changed('sold:', '__proto__:'), '7:7: __proto__ is not allowed as a name'],
    ['what a terminal would obey', '"\x1b[2J\x07"', `1:1: the file is " [2J ": ${root}`],
  ])('is refused: %s', (_, text, message) => {
    expect(refusalOf(text).message).toBe(`q.yaml:${message}`);
  });

  it('is refused with more than 64 KiB, counted in bytes', () => {
    const padded = (bytes: number) => `${good}#é${'a'.repeat(bytes - good.length - 3)}`;
    expect(parse(padded(65_536))).toEqual([itemsSold]);
    const { message } = refusalOf(padded(65_537));
    expect(message).toBe('q.yaml:1:1: the file has 65537 bytes: at most 65536 are read');
  });

  it.each(['[', '{', '- ', '? ', 'a: {', '[{a: '])('is refused when it is nothing but %s', (opening) => {
    const text = opening.repeat(Math.floor(65_536 / opening.length));
    expect(refusalOf(text).message).toMatch(/^q\.yaml:1:\d+: ".{60}" is nested too deep: at most 32 levels are read$/);
  });

  it('is refused when aliases of aliases stand for a billion texts', () => {
    const level = (i: number) => `l${i}: &l${i} [${`*l${i - 1}, `.repeat(9)}]`;
    const bomb = ['l0: &l0 lol', ...Array.from({ length: 9 }, (_, i) => level(i + 1))].join('\n');
    expect(refusalOf(bomb).message).toBe('q.yaml:2:10: *l0 is an alias: write out what it means');
  });
});

describe('a question', () => {
  const asks = 'How many items of each kind were sold?';
  const properties = 'name, asks, where, key, sums';
  const asksRule = 'must be a line of 1 to 200 characters';
  const name = 'must be a name of at most 27 characters, in lower-case words or numbers with hyphens between them';
  it.each<Refused>([
    ['an unknown property', '    key', '    top: 3\n    key', `5:5 top is not allowed: must be one of ${properties}`],
    ['no name', 'name: items-sold\n    asks', 'asks', `2:5 name is missing: ${name}`],
    ['no key', '    key: [item]\n', '', '2:5 key is missing: must be a list of at least one field'],
    ['an empty property', ` ${asks}`, '', `3:10 asks is empty: ${asksRule}`],
    ['asks of two lines', asks, '"a\\nb"', `3:11 asks is "a\\nb": ${asksRule}`],
    ['asks of 201 characters', asks, 'a'.repeat(201), `3:11 asks is ${'a'.repeat(59)}…: ${asksRule}`],
  ])('is refused with %s', expectRefusal);

  it.each(['itemsSold', 'items_sold', '2-items', 'items-', '12', 'a'.repeat(28)])('is not named %s', (wrong) => {
    expectRefusal('', 'items-sold', wrong, `2:11 name is ${wrong}: ${name}`);
  });

  it('is refused with the name of one before it', () => {
    const { message } = refusalOf(named(['a', 'b', 'a']));
    expect(message).toContain(': [2].name is "a": must be a name that no question before it has');
  });
});

describe('a filter', () => {
  const kind = 'kind: sale';
  const textRule = 'must be a text of 1 to 64 characters';
  const slotRule = 'must be a whole number from 1 to 8';
  const orList = ', or a list of 1 to 64 such values, each of them once';
  const of65 = Array.from({ length: 65 }, (_, i) => i).join(', ');
  const customerRule = 'must be a whole number from 0 to 9007199254740991';
  it.each<Refused>([
    ['an unknown field', kind, 'pricecents: 1', `4:14 where.pricecents is not allowed: must be one of ${fields}`],
    ['a kind that the rule does not allow', kind, 'kind: gift', `4:20 where.kind is gift: must be one of ${kinds}`],
    [
      'such a kind in a list',
      kind,
      'kind: [sale, gift]',
      `4:20 where.kind is a list of 2: must be one of ${kinds}${orList}`,
    ],
    ['a list of nothing', kind, 'kind: []', `4:20 where.kind is a list of 0: must be one of ${kinds}${orList}`],
    ['one twice', kind, 'slot: [1, 1]', `4:20 where.slot is a list of 2: ${slotRule}${orList}`],
    ['65 of them', kind, `customer_id: [${of65}]`, `4:27 where.customer_id is a list of 65: ${customerRule}${orList}`],
    ['a text for an integer', kind, 'slot: "3"', `4:20 where.slot is "3": ${slotRule}`],
    ['an integer out of range', kind, 'slot: 9', `4:20 where.slot is 9: ${slotRule}`],
    ['a fraction', kind, 'slot: 1.5', `4:20 where.slot is 1.5: ${slotRule}`],
    ['2^53 + 1', kind, 'customer_id: 9007199254740993', `4:27 where.customer_id is 9007199254740993: ${customerRule}`],
    ['a text for a boolean', kind, 'healthy: yes', '4:23 where.healthy is yes: must be true or false'],
    ['a number for a text', kind, 'event_id: 7', `4:24 where.event_id is 7: ${textRule}`],
    ['half a character', kind, 'event_id: "\\uD800"', `4:24 where.event_id is "\\uD800": ${textRule}`],
    ['an empty text', kind, 'event_id: ""', `4:24 where.event_id is "": ${textRule}`],
    ['no mapping', '{ kind: sale }', 'sale', `4:12 where is sale: must be a mapping of ${fields}`],
  ])('is refused with %s', expectRefusal);
});

describe('a key', () => {
  const partRule =
    `must be a field (${fields}), the hour or minute of an integer field, as in { hour: timestamp }, or ` +
    '{ place: snack_automat_id }';
  const once = 'must be in the key once only';
  const hour = '{ hour: timestamp }';
  it.each<Refused>([
    ['no parts', '[item]', '[]', '5:10 key is a list of 0: must be a list of at least one field'],
    ['no list', '[item]', 'item', '5:10 key is item: must be a list of at least one field'],
    ['an unknown field', '[item]', '[item, machine]', `5:17 key[1] is machine: ${partRule}`],
    ['the hour of a text', '[item]', '[{ hour: item }]', `5:11 key[0] is { hour: item }: ${partRule}`],
    ['a field twice', '[item]', '[item, slot, item]', `5:23 key[2] is item: ${once}`],
    ['the second of a time', '[item]', '[{ second: timestamp }]', `5:11 key[0] is { second: timestamp }: ${partRule}`],
    ['the place of another field', '[item]', '[{ place: item }]', `5:11 key[0] is { place: item }: ${partRule}`],
    ['an hour twice', '[item]', `[${hour}, ${hour}]`, `5:32 key[1] is ${hour}: ${once}`],
  ])('is refused with %s', expectRefusal);
});

describe('sums', () => {
  const product = 'total-of-product, fields:';
  const kindRule = 'must be count, total, total-of-product, least or greatest, as in { sum: total, field: slot }';
  const fieldRule = `must be an integer field: ${integers}`;
  const pairRule = `must be two integer fields: ${integers}`;
  const sumsRule = 'must be a mapping of 1 to 16 names to sums';
  const nameRule = 'must be lowerCamelCase, of at most 31 characters where each capital counts two';
  const of17 = Array.from({ length: 16 }, (_, i) => `s${i}: { sum: count }`).join('\n      ');
  it.each<Refused>([
    ['an unknown kind', 'count', 'average', `7:20 sums.sold.sum is average: ${kindRule}`],
    ['no kind', 'sum: count', 'field: slot', `7:13 sums.sold.sum is missing: ${kindRule}`],
    ['a text', '{ sum: count }', 'count', `7:13 sums.sold is count: ${kindRule}`],
    ['an unknown field', 'count', 'total, field: price', `7:34 sums.sold.field is price: ${fieldRule}`],
    ['a field that is no integer', 'count', 'least, field: item', `7:34 sums.sold.field is item: ${fieldRule}`],
    ['no field', 'count', 'greatest', `7:13 sums.sold.field is missing: ${fieldRule}`],
    [
      'a field to count',
      'count',
      'count, field: slot',
      '7:27 sums.sold.field is not allowed: must be one of sum, where',
    ],
    ['one of two', 'count', `${product} [slot]`, `7:46 sums.sold.fields is a list of 1: ${pairRule}`],
    ['a text in two', 'count', `${product} [slot, item]`, `7:53 sums.sold.fields[1] is item: ${fieldRule}`],
    ['none', good.slice(good.indexOf('sums:')), 'sums: {}', `6:11 sums is {}: ${sumsRule}`],
    ['17 of them', 'sold: { sum: count }', of17, `7:7 sums is a mapping of 17: ${sumsRule}`],
  ])('are refused: %s', expectRefusal);

  // A number as a name would come before the others.
  it.each(['items_sold', 'Sold', '7', 'a'.repeat(32), `${'a'.repeat(28)}BC`])('are not named %s', (wrong) => {
    expectRefusal('', 'sold:', `${wrong}:`, `7:7 sums.${wrong} is not allowed: ${nameRule}`);
  });
});

describe('what no event that comes through has', () => {
  const withoutItem = 'no heartbeat has item: add where: { kind: [sale, refill] }';
  const sum = '{ sum: total, field: price_cents }';
  const own = (where: string) => sum.replace(' }', `, where: ${where} }`);
  const nothing = 'no event has all that this filter and the one around it ask for';
  it.each<Refused>([
    ['in the key', 'kind: sale', 'kind: [sale, heartbeat]', `5:11 key[0] is item: ${withoutItem}`],
    [
      'in a sum',
      'kind: sale',
      'kind: [sale, refill]',
      `8:21 sums.revenueCents is ${sum}: no refill has price_cents: add where: { kind: sale }`,
    ],
    ['with any filter', '{ kind: sale }', '{}', `5:11 key[0] is item: ${withoutItem}`],
    [
      'with two that part',
      'kind: sale',
      'kind: heartbeat, slot: 3',
      `4:12 where is { kind: heartbeat, slot: 3 }: ${nothing}`,
    ],
    [
      'with one of its own',
      sum,
      own('{ kind: refill }'),
      `8:21 sums.revenueCents is ${own('{ kind: refill }')}: ${nothing}`,
    ],
  ])('is refused %s', expectRefusal);
});

describe('what comes out', () => {
  it('has names that fit into tables and columns, the longest too', () => {
    const [question] = parse(changed('items-sold', 'a'.repeat(27)).replace('sold:', `${'a'.repeat(29)}B:`));
    expect(servedTable(question!)).toMatch(/^served_a{27}_[0-9a-f]{6}$/);
    expect(sumColumn(Object.keys(question!.sums)[0]!, 'real_time')).toBe(`${'a'.repeat(29)}_b_real_time`);
  });

  it('has key columns that are no other column of a table, whatever the key', () => {
    const hours = eventRule.filter(({ type }) => type === 'integer').map(({ name }) => ({ hour: name }));
    const key = [...eventRule.map(({ name }) => name), ...hours];
    const columns = keyColumns({ ...itemsSold, key });
    expect(new Set(key.map(keyName)).size).toBe(key.length);
    const taken = new RegExp(`^(lab|face|as_of|number|pipeline|position|.*_(${sumFaces.join('|')}))$`);
    for (const column of columns) expect(column).not.toMatch(taken);
  });

  it('is what the example in the documentation says', () => {
    const path = join(import.meta.dirname, '../../docs/questions-example.yaml');
    const example = parseQuestionFile(readFileSync(path, 'utf8'), path);
    expect(example.map(({ name, key }) => ({ name, key }))).toEqual([
      { name: 'items-sold', key: ['item'] },
      { name: 'revenue-by-machine-and-hour', key: ['snack_automat_id', { hour: 'timestamp' }] },
      { name: 'items-by-place', key: [{ place: 'snack_automat_id' }, 'item'] },
      { name: 'margin-by-item', key: ['item'] },
    ]);
    expect(example[0]!.where).toEqual({ kind: 'sale', healthy: true });
    expect(servedTable(example[0]!)).toBe('served_items_sold');
  });
});
