// @ts-check
/**
 * Measures the first contentful paint of the console, relative to an empty page. Pages are opened in turn, each in a fresh
 * browser context.
 *
 * Usage: npm run build && node bench/first-view.mjs [MAIN]...
 *   MAIN  the `dist/main.cjs` of a build; several are compared. Default: this build
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { median } from './figures.mjs';
import { ours, start } from './processes.mjs';

const ROUNDS = 25;
const EMPTY = '<!doctype html><title>empty</title><link rel="icon" href="data:,"><p>empty';

/** Returns the time of the first contentful paint, in milliseconds since navigation. */
const FIRST_CONTENT = `new Promise((resolve) => new PerformanceObserver((list) => {
  for (const { name, startTime } of list.getEntries()) if (name === 'first-contentful-paint') resolve(startTime);
}).observe({ type: 'paint', buffered: true }))`;

const empty = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(EMPTY));
await once(empty.listen(0, '127.0.0.1'), 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (empty.address());
const mains = process.argv.length > 2 ? process.argv.slice(2) : [undefined];
const servers = await Promise.all(mains.map((main) => start(ours(process.execPath, [], main))));
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});

/** @param {string} url */
async function firstContent(url) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'commit' });
  const time = /** @type {number} */ (await page.evaluate(FIRST_CONTENT));
  await context.close();
  return time;
}

const urls = [`http://127.0.0.1:${port}/`, ...servers.map(({ url }) => url)];
/** @type {number[][]} */
const times = urls.map(() => []);
// The first round is a warm-up, because it reads files from disk.
for (let round = -1; round < ROUNDS; round++) {
  for (const [index, url] of urls.entries()) {
    const time = await firstContent(url);
    if (round >= 0) times[index]?.push(time);
  }
}
const [base = Number.NaN, ...own] = times.map(median);
process.stdout.write(`an empty page: ${base.toFixed(0)} ms\n`);
for (const [index, time] of own.entries()) {
  process.stdout.write(`${mains[index] ?? 'the console'}: ${time.toFixed(0)} ms, ${(time / base).toFixed(2)} times\n`);
}
await browser.close();
await Promise.all(servers.map(({ stop }) => stop()));
empty.close();
