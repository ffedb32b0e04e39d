// Goal: on the real engines the console shows what `query` prints, on the port that `up` names, and follows a published
// base. Method: a real headless Chromium against the shared Lambda lab.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hangMs, runCli } from '../lab/cli.js';
import { hasBrowser, openBrowser, openPage, queryRows, tableOf, textOf } from './browser.js';

const url = 'http://127.0.0.1:29021';
const question = 'items-sold';

async function passed(...args: string[]) {
  const { exitCode, stdout, stderr } = await runCli([...args, '--json']);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe.skipIf(!inject('docker') || !hasBrowser())('the console on the real engines', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await passed('lambda', 'generator', 'resume');
    await browser?.close();
  });

  it('is named by `status`, follows a published base, and shows the numbers of `query` at its position', async () => {
    const { pages } = await passed('lambda', 'status');
    expect(pages).toContainEqual({ title: 'Console', url });
    const { page, errors } = await openPage(browser, url);
    expect(await textOf(page, '#lab-name', /Lambda/)).toBe('Lambda · docker');
    await page.click('#batch');
    await page
      .locator('.did[data-state="done"]')
      .filter({ hasText: /base \d+ is published/ })
      .waitFor({ timeout: hangMs });
    await page.click('#pause');
    await textOf(page, '#connection-text', /^paused$/);
    await textOf(page, '[data-stat="Behind"] strong', /^0$/);
    await page.click(`[data-question="${question}"] summary`);
    // A batch may publish between the two: both then name the same base again a moment later.
    await expect
      .poll(
        async () => {
          const { answer } = await passed('lambda', 'query', question);
          return JSON.stringify(queryRows(answer)) === JSON.stringify(await tableOf(page, question));
        },
        { timeout: hangMs, interval: 1_000 },
      )
      .toBe(true);
    await textOf(page, `[data-question="${question}"] .verdict`, /= truth/);
    expect(errors).toEqual([]);
  });
});
