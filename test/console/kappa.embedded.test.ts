// Goal: the console follows a Kappa lab through a changed question and a switch, shows no event content as HTML, and is
// usable in light and dark, by keyboard, and on a phone's width. Method: a real headless Chromium, an embedded lab.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser, openPage, textOf } from './browser.js';
import { type ConsoleLabs, consoleLabs } from './lab.js';

/** What must be shown as these very letters. */
const asks = '<img src=x onerror="document.title=1"> how many?';
const questions = `questions:
  - name: by-slot
    asks: '${asks}'
    where: { kind: sale }
    key: [slot]
    sums:
      sold: { sum: count }
`;

describe.skipIf(!hasBrowser())('the console of a Kappa lab', () => {
  let labs: ConsoleLabs;
  let browser: Browser;
  let page: Page;
  let errors: readonly string[];

  beforeAll(async () => {
    labs = await consoleLabs();
    browser = await openBrowser();
    await labs.run('kappa', 'up', '--runtime', 'embedded', '--rate', '100', '--questions', 'core', ...labs.portFlags);
    ({ page, errors } = await openPage(browser, labs.url));
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await labs?.[Symbol.asyncDispose]();
  }, 120_000);

  it('has no batch, and no button for one', async () => {
    expect(await textOf(page, '#lab-name', /Kappa/)).toBe('Kappa · embedded');
    await textOf(page, '[data-box="base-v1"] .role', /Compacted view/);
    expect(await page.locator('[data-box="batch"]').count()).toBe(0);
    expect(await page.isHidden('#batch')).toBe(true);
  });

  it('tells a mistake in a questions file as the command does', async () => {
    await page.click('#start-open');
    await page.fill('#start-questions', 'questions: 7');
    await page.click('#start-go');
    expect(await textOf(page, '.did[data-state="failed"]', /questions/)).toContain('questions is 7: must be a list');
  });

  it('replays a changed question, follows the switch, and shows its text as text', async () => {
    await page.click('#start-open');
    expect(await page.inputValue('#start-as')).toBe('v2');
    await page.fill('#start-questions', questions);
    await page.click('#start-go');
    await textOf(page, '.version[data-state="ready"] h3', /^v2/);
    await textOf(page, '[data-box="stream-v2"] h3', /Stream job v2/);
    await page.click('[data-does="switch"][aria-label="Switch to v2"]:enabled');
    await textOf(page, '[data-box="answer"] h3', /^Head of v2$/);
    expect(await textOf(page, '[data-question="by-slot"] h3')).toBe(asks);
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toBe('Kappa · snacklab console');
    const { versions } = await labs.run('kappa', 'versions');
    expect(versions.find(({ live }: { live: boolean }) => live).version).toBe('v2');
    await textOf(page, '[data-question="by-slot"] .verdict', /= truth/);
  });

  it('rolls back, and drops after a question of its own', async () => {
    await page.click('#rollback');
    await textOf(page, '[data-box="answer"] h3', /^Head of v1$/);
    await page.click('[aria-label="Drop v2"]:enabled');
    await page.click('#sure-go');
    await textOf(page, '.did[data-state="done"]', /v2 is gone/);
    await page.locator('[data-key="kappa-2"]').first().waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
  });

  it('is used by keyboard: a visible focus, shortcuts that are listed, none while typing', async () => {
    await page.reload();
    await textOf(page, '#connection-text', /^live$/);
    await textOf(page, '[role="tab"]', /revenue-by-machine/);
    await page.keyboard.press('Tab');
    const focused = '[document.activeElement.className, getComputedStyle(document.activeElement).outlineStyle]';
    expect(await page.evaluate(focused)).toEqual(['skip', 'solid']);
    await page.keyboard.press('?');
    expect(await textOf(page, '#keys-list')).toContain('pause or resume');
    await page.keyboard.press('Escape');
    await page.keyboard.press('r');
    expect(await page.evaluate('document.activeElement.id')).toBe('rate');
    await page.keyboard.press('p');
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('2');
    await textOf(page, '[role="tab"][aria-selected="true"]', /revenue-by-machine/);
    await page.keyboard.press('p');
    await textOf(page, '#connection-text', /^paused$/);
  });

  it('names every button and field', async () => {
    const nameless = await page
      .locator('button, input, textarea')
      .evaluateAll((found) =>
        found
          .filter(
            (one) =>
              !one.getAttribute('aria-label') &&
              !one.textContent?.trim() &&
              !(one as { labels?: { length: number } }).labels?.length,
          )
          .map((one) => one.outerHTML),
      );
    expect(nameless).toEqual([]);
  });

  it('is dark where the system is, and changes by its button', async () => {
    const ground = (shown: Page) => shown.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await openPage(browser, labs.url, { colorScheme: 'dark' });
    const [light, inDark] = [await ground(page), await ground(dark.page)];
    expect(inDark).not.toBe(light);
    await dark.page.click('#theme');
    expect(await ground(dark.page)).toBe(light);
    await dark.page.reload();
    expect(await ground(dark.page)).toBe(light);
    await dark.page.context().close();
  });

  it.each([360, 768, 1280])('fits a width of %i px without scrolling sideways', async (width) => {
    const { page: narrow } = await openPage(browser, labs.url, { viewport: { width, height: 780 } });
    await textOf(narrow, '[data-question="items-sold"] .row');
    await narrow.click('[data-question="items-sold"] summary');
    await textOf(narrow, '[data-question="items-sold"] tbody');
    expect(await narrow.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await narrow.context().close();
  });
});
