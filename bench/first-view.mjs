// @ts-check
/** How long the console takes until its first view is drawn. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { CHROMIUM, CHROMIUM_ARGS } from '../scripts/chromium.mjs';
import { compared } from './figures.mjs';
import { HEALTH, ours, start } from './processes.mjs';

const ROUNDS = 10;
/** Milliseconds between two looks at a page that is not drawn yet: seldom enough not to keep it busy. */
const PAUSE = 200;

/** What is in the page once its first view is. */
const FIRST_VIEW = 'main .stream';

/** Marks the time at which something is in the page; a text, since this folder knows no types of browsers. */
const MARKS = `new MutationObserver((_, observer) => {
  if (document.querySelector('SELECTOR') === null) return;
  observer.disconnect();
  performance.mark('made');
}).observe(document, { childList: true, subtree: true })`;

/** Both times, once they are known. */
const TIMES = `(() => {
  const [drawn] = performance.getEntriesByName('first-contentful-paint');
  const [made] = performance.getEntriesByName('made');
  return drawn && made ? { drawn: drawn.startTime, made: made.startTime } : null;
})()`;

/** @typedef {import('playwright-core').Browser} Browser */

/**
 * Each page is opened by a browser that knows nothing of it: no cache, no compiled scripts.
 *
 * @param {{ program: string }} bench
 * @returns {Promise<import('./rows.mjs').Measured>}
 */
export async function firstView({ program }) {
  if (CHROMIUM === undefined) throw new Error('there is no Chromium on this machine');
  const server = await start(ours(program));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
  /** @type {[number[], number[]]} */
  const times = [[], []];
  try {
    // In the first round, the server reads its files from the disk.
    for (let round = -1; round < ROUNDS; round++) {
      const console = await drawnAfter(browser, `${server.url}/`, FIRST_VIEW);
      const empty = await drawnAfter(browser, server.url + HEALTH.path, 'body');
      if (round < 0) continue;
      times[0].push(console);
      times[1].push(empty);
    }
  } finally {
    await browser.close();
    await server.stop();
  }
  const { ratio, one, other } = compared(times);
  return { figures: [{ label: 'time', value: ratio }], detail: `${one.toFixed(0)} / ${other.toFixed(0)} ms` };
}

/**
 * @param {Browser} browser
 * @param {string} url
 * @param {string} wanted a selector of what is to be drawn
 * @returns {Promise<number>} milliseconds from the beginning of the navigation
 */
async function drawnAfter(browser, url, wanted) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(MARKS.replace('SELECTOR', wanted));
  await page.goto(url);
  /** @type {{ drawn: number, made: number } | null} */
  let times = null;
  while (times === null) {
    await sleep(PAUSE);
    times = await page.evaluate(TIMES);
  }
  const { drawn, made } = times;
  await context.close();
  // What is drawn first has to be what is waited for.
  if (made > drawn) throw new Error(`${url}: something was drawn before \`${wanted}\``);
  return drawn;
}
