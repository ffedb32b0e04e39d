/**
 * A headless Chromium for the tests of the console. Where there is none they are left out, loudly; where the real engines
 * are required (SNACKLAB_REQUIRE_DOCKER=1) that is a failure.
 */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Whether there is a browser to test with. Throws where there has to be one. */
export function hasBrowser(): boolean {
  if (existsSync(executablePath)) return true;
  if (process.env.SNACKLAB_REQUIRE_DOCKER === '1')
    throw new Error(`the console's tests are required: no ${executablePath}`);
  console.warn(
    `\n!! There is no ${executablePath}: THE TESTS OF THE CONSOLE IN A BROWSER ARE LEFT OUT (.ci/chromium.sh).\n`,
  );
  return false;
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox'], timeout: 180_000 });
}

/** A page on the console, with what its console printed as an error. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) errors.push(message.text());
  });
  await page.goto(url);
  return { page, errors };
}

/** The text of an element; waits until it fits. */
export async function textOf(page: Page, selector: string, fits: RegExp = /./): Promise<string> {
  const found = page.locator(selector).filter({ hasText: fits }).first();
  await found.waitFor();
  return (await found.textContent()) ?? '';
}

/** The rows of a question's open table, each a list of its cells. */
export async function tableOf(page: Page, question: string): Promise<readonly (readonly string[])[]> {
  return page
    .locator(`[data-question="${question}"] tbody tr`)
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
}

/** The rows that `query --json` has for the same table. */
export function queryRows(answer: QueryAnswer): readonly (readonly string[])[] {
  const shown = (value: string | null) => (value === null ? '?' : value.replace(/\B(?=(\d{3})+(?!\d))/g, ','));
  return answer.rows.map(({ key, sums }) => [
    ...Object.values(key),
    ...Object.values(sums).flatMap(({ base, realTime, merged, truth }) => [base, realTime, merged, truth].map(shown)),
  ]);
}

type Faces = Readonly<Record<'base' | 'realTime' | 'merged' | 'truth', string | null>>;

export interface QueryAnswer {
  readonly number: number;
  readonly compared: string;
  readonly rows: readonly { readonly key: Record<string, string>; readonly sums: Record<string, Faces> }[];
}
