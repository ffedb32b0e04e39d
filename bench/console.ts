/**
 * The benchmark of the console's first view, in a real headless Chromium against an embedded lab: its bytes, and how long it
 * takes until figures are drawn, beside a blank page of the same server. Each round is a browser context without a cache.
 *
 *     npm run bench:console
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { usualConsolePort } from '../src/console/addresses.js';
import { findResources } from '../src/resources.js';
import { median, type Row } from './row.js';
import { runBench } from './run.js';

const rounds = 15;
const portBase = 31_000;
const url = `http://127.0.0.1:${usualConsolePort + portBase}`;

await runBench('console', { 'first-view': firstViewRow });

async function firstViewRow(): Promise<Row> {
  const dir = await mkdtemp(join(tmpdir(), 'snacklab-bench-'));
  const cli = (...args: string[]) =>
    promisify(execFile)(process.execPath, [
      join(findResources().root, 'dist', 'cli.mjs'),
      'lambda',
      ...args,
      '--dir',
      dir,
    ]);
  try {
    await cli('up', '--runtime', 'embedded', '--rate', '200', '--questions', 'core', '--port-base', String(portBase));
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    try {
      return await measured(browser);
    } finally {
      await browser.close();
    }
  } finally {
    await cli('down', '--volumes');
    await rm(dir, { recursive: true, force: true });
  }
}

async function measured(browser: Browser): Promise<Row> {
  const blank: number[] = [];
  const loaded: number[] = [];
  const drawn: number[] = [];
  const bytes: number[] = [];
  // In turn, so that what else the machine does meets both; the first round warms the browser up.
  for (let round = 0; round <= rounds; round++) {
    const empty = await view(browser, '/blank', 'body');
    const full = await view(browser, '/', '.question .row');
    if (round === 0) continue;
    blank.push(empty.paintedMs);
    loaded.push(full.paintedMs);
    drawn.push(full.shownMs);
    bytes.push(full.bytes);
  }
  return {
    name: 'first-view',
    title: 'the first view of the console',
    figures: [
      { what: 'bytes, with the first events', value: Math.max(...bytes) / 1000, unit: 'KB', atMost: 500 },
      { what: 'the page painted, against a blank page', value: median(loaded) / median(blank), unit: '×', atMost: 2 },
      { what: 'a blank page painted', value: median(blank), unit: 'ms' },
      { what: 'the page painted', value: median(loaded), unit: 'ms' },
      { what: 'until the answers are drawn', value: median(drawn), unit: 'ms' },
    ],
    conditions: [`median of ${rounds} rounds, each without a cache, from the request to the frame after it was drawn`],
  };
}

/** From the request until the page is painted, and until an element is there and painted. */
async function view(browser: Browser, path: string, selector: string) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    let bytes = 0;
    network.on('Network.dataReceived', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    const startedMs = performance.now();
    const painted = () => page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
    await page.goto(`${url}${path}`, { waitUntil: 'load' });
    await painted();
    const paintedMs = performance.now() - startedMs;
    await page.waitForSelector(selector, { state: 'attached' });
    await painted();
    return { paintedMs, shownMs: performance.now() - startedMs, bytes };
  } finally {
    await context.close();
  }
}
