// Goal: the console shows a Lambda lab as it is, its buttons do what the commands do, and it is honest when it cannot know.
// Method: a real headless Chromium against an embedded lab that the built command line brings up, kills and takes down.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saleAt } from '../../generator/purchases.js';
import { hasBrowser, openBrowser, openPage, type QueryAnswer, queryRows, tableOf, textOf } from './browser.js';
import { type ConsoleLabs, consoleLabs } from './lab.js';

const question = 'items-sold';

describe.skipIf(!hasBrowser())('the console of a Lambda lab', () => {
  let labs: ConsoleLabs;
  let browser: Browser;
  let page: Page;
  let errors: readonly string[];
  const up = () =>
    labs.run(
      'lambda',
      'up',
      '--runtime',
      'embedded',
      '--rate',
      '200',
      '--batch-every',
      '600',
      '--questions',
      'core',
      ...labs.portFlags,
    );

  beforeAll(async () => {
    labs = await consoleLabs();
    browser = await openBrowser();
    expect((await up()).pages).toEqual([{ title: 'Console', url: labs.url }]);
    ({ page, errors } = await openPage(browser, labs.url));
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await labs?.[Symbol.asyncDispose]();
  }, 120_000);

  it('says which box plays which role, and that answer and truth are equal', async () => {
    await textOf(page, '#connection-text', /^live$/);
    expect(await textOf(page, '#lab-name', /Lambda/)).toBe('Lambda · embedded');
    for (const [box, role] of [
      ['archive', 'Batch layer'],
      ['stream-v1', 'Speed layer'],
      ['answer', 'Serving layer'],
    ] as const) {
      expect(await textOf(page, `[data-box="${box}"] .role`)).toBe(role);
    }
    await textOf(page, `[data-question="${question}"] .verdict`, /= truth/);
    expect(errors).toEqual([]);
    expect((await labs.run('lambda', 'status')).pages).toEqual([{ title: 'Console', url: labs.url }]);
  });

  it('follows a published base: the button runs a batch, and the map and the answer name its base', async () => {
    const before = Number((await textOf(page, '[data-box="base-v1"] h3', /^Base \d+$/)).slice(5));
    await page.click('#batch');
    const done = await textOf(page, '.did[data-state="done"]', /base \d+ is published/);
    const after = Number(/base (\d+) is published/.exec(done)![1]);
    expect(after).toBeGreaterThan(before);
    // What was done is told before the lab is looked at again.
    await textOf(page, '[data-box="base-v1"] h3', new RegExp(`^Base ${after}$`));
    await textOf(page, `[data-question="${question}"] .position`, new RegExp(`base ${after} `));
  });

  it('sets the rate, and pauses: paused is shown as paused', async () => {
    await page.fill('#rate', '150');
    await page.press('#rate', 'Enter');
    await textOf(page, '.did[data-state="done"]', /150 events\/s/);
    await page.click('#pause');
    await textOf(page, '#connection-text', /^paused$/);
    expect(await textOf(page, '[data-box="generator"] dl')).toContain('paused');
    expect((await labs.run('lambda', 'status')).wanted).toMatchObject({ rate: 150, paused: true });
    expect(await textOf(page, '#pause', /Resume/)).toBe('Resume');
  });

  it('shows the numbers that `query` prints at that position', async () => {
    await textOf(page, '[data-stat="Behind"] strong', /^0$/);
    await page.click(`[data-question="${question}"] summary`);
    // The last events of a generator that was just paused may still be on their way: asked again until both have them.
    await expect
      .poll(
        async () => {
          const { answer } = await labs.run('lambda', 'query', question);
          return { of: printed(answer), shown: await shown() };
        },
        { timeout: 60_000, interval: 500 },
      )
      .toSatisfy(({ of, shown }) => isDeepStrictEqual(of, shown));
  });

  /** What the card of the question has to show for an answer. */
  const printed = (answer: QueryAnswer) => ({
    position: `slice ${grouped(answer.number)}:`,
    rows: queryRows(answer),
    total: grouped(String(answer.rows.reduce((sum, { sums }) => sum + BigInt(sums.sold!.merged!), 0n))),
    verdict: answer.compared === 'equal' ? '= truth' : answer.compared,
  });

  const shown = async () => ({
    position: /slice [\d,]+:/.exec(await textOf(page, `[data-question="${question}"] .position`))?.[0],
    rows: await tableOf(page, question),
    total: await textOf(page, `[data-question="${question}"] .total strong`),
    verdict: /= truth/.exec(await textOf(page, `[data-question="${question}"] .verdict`))?.[0],
  });

  it('shows what is made of an answer as `query` prints it', async () => {
    const cells = (row: string) => row.trim().split(/ {2,}/);
    const printed = async () => (await labs.text('lambda', 'query', 'where-most-is-sold')).trim().split('\n').slice(3);
    const table = page.locator('[data-presented="where-most-is-sold"] tr');
    const drawn = () =>
      table.evaluateAll((rows) => rows.map((row) => [...row.children].map((one) => one.textContent ?? '')));
    await expect
      .poll(async () => ({ printed: (await printed()).map(cells), drawn: await drawn() }), {
        timeout: 60_000,
        interval: 500,
      })
      .toSatisfy((both) => both.printed.length > 5 && isDeepStrictEqual(both.printed, both.drawn));
    await textOf(page, '[data-presented="where-most-is-sold"] .verdict', /^sums = truth$/);
  });

  it('shows an alert while it is raised, and says what nobody decides', async () => {
    await textOf(
      page,
      '#alerts-note',
      /^Nothing needs a reaction, as far as it is decided\. Not decided: slot empty soon, since /,
    );
    const path = join(mkdtempSync(join(tmpdir(), 'snacklab-test-')), 'sales.jsonl');
    const sales = Array.from({ length: 10_000 }, (_, n) => ({
      ...saleAt(78, n, Date.now()),
      snack_automat_id: 'SNACK--9',
    }));
    writeFileSync(path, sales.map((sale) => JSON.stringify(sale)).join('\n'));
    await labs.text('lambda', 'ingest', path);
    await textOf(page, '#alerts-title', /^Alerts: 1 raised$/);
    const line = await textOf(page, '#alerts li[data-state="raised"]', /^service due/);
    expect(line).toContain('machine SNACK--9, place main station, services 1, sold 1');
    expect(await labs.text('lambda', 'alerts')).toContain('machine SNACK--9, place main station, services 1');
    rmSync(dirname(path), { recursive: true });
  });

  it('lets no page of another origin press its buttons or read it', async () => {
    const foreign = createServer((_, response) => response.end('<p>another page</p>'));
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    try {
      const other = await openPage(browser, `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
      const tried = await other.page.evaluate(async (url) => {
        const resume = { method: 'POST', body: JSON.stringify({ action: 'resume' }) };
        const own = { 'content-type': 'application/json', 'x-snacklab-console': '1' };
        const outcome = (asked: Promise<Response>) =>
          asked.then(
            ({ type }) => type,
            () => 'refused',
          );
        return [
          await outcome(fetch(`${url}actions`, { ...resume, headers: own })),
          await outcome(fetch(`${url}actions`, { ...resume, mode: 'no-cors' })),
          await outcome(fetch(`${url}events`)),
        ];
      }, labs.url);
      // An opaque answer is one that the page cannot see; what the server did with it is what counts.
      expect(tried).toEqual(['refused', expect.stringMatching(/opaque|refused/), 'refused']);
      await other.page.context().close();
      expect((await labs.run('lambda', 'status')).wanted.paused).toBe(true);
    } finally {
      foreign.close();
    }
  });

  it('survives a restart of its server: says so meanwhile, and goes on by itself', async () => {
    const { pid } = JSON.parse(await readFile(join(labs.dirOf('lambda'), 'lab.json'), 'utf8'));
    const since = await textOf(page, '#history-note');
    process.kill(pid, 'SIGKILL');
    expect(await textOf(page, '#banner', /is tried again/)).toContain('What is shown is of');
    await textOf(page, '#connection-text', /^no connection$/);
    expect(await page.getAttribute('body', 'data-old')).toBe('true');
    await up();
    await textOf(page, '#connection-text', /^paused$/);
    await page.locator('#banner').waitFor({ state: 'hidden' });
    // What was drawn before is not passed off as known: its history is another one.
    await expect.poll(() => page.textContent('#history-note')).not.toBe(since);
    expect(errors).toEqual([]);
  });

  it('has an honest state when the lab is down', async () => {
    await labs.run('lambda', 'down');
    await textOf(page, '#banner', /the lab is down/);
    await textOf(page, '#connection-text', /^no connection$/);
    for (const button of ['#pause', '#batch', '#start-open']) expect(await page.isDisabled(button)).toBe(true);
  });
});

const grouped = (value: string | number) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
