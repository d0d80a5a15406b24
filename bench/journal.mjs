// @ts-check
/** What the journal holds on to while requests come and go, and how soon it wakes who waits for one. */
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { print, quantile, ratio } from './figures.mjs';
import { FUNCTIONS, keyOf, post, reads } from './loads.mjs';
import { metered, ours } from './processes.mjs';

/** How many requests the growth of memory is measured over, unless somebody says otherwise. */
export const REQUESTS = 1_000_000;
/** Requests between two looks at the memory. After the first ones the journal is full, and all code is compiled. */
const STRETCH = 50_000;
const CONNECTIONS = 8;
const ROUNDS = 200;
const WARM_UP = 20;
/** How many requests the journal keeps: `MOST` in src/journal/journal.ts. */
const FULL = 2000;
/** Milliseconds in which a verification has begun to wait: before that it looks through a full journal, for up to 30. */
const SETTLED = 100;
const KEY_NAME = 'nvcf-full-access';
const MEGABYTE = 1e6;

/** @type {{ name: string, columns: readonly string[], measure: (requests: number) => Promise<void> }[]} */
export const JOURNAL_ROWS = [
  { name: 'journal: growth', columns: ['ratio', 'largest', 'after 50,000', 'last'], measure: growth },
  { name: 'journal: waking of verifications', columns: ['median', '99 %', 'largest'], measure: waking },
];

/**
 * The memory of a server that answers so many requests: the largest after the first stretch, against the one after it.
 *
 * @param {number} requests
 */
async function growth(requests) {
  const stretches = Math.floor(requests / STRETCH);
  if (!(stretches >= 2)) throw new Error(`\`--requests\`: give a number of at least ${2 * STRETCH}.`);
  const server = await metered();
  const load = reads(FUNCTIONS, await keyAt(server.url));
  await server.usage('heap');
  const looks = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    await answered(server.url, load, STRETCH);
    looks.push(await server.usage());
  }
  await server.stop();
  const resident = looks.map(({ memory }) => memory);
  const heaps = looks.map(({ heap }) => heap);
  printGrowth(`resident set, ${stretches * STRETCH} lists of functions`, resident);
  // Where a stretch is too short for a full collection, there is nothing to tell.
  if (!heaps.includes(null)) printGrowth('heap after a full collection of garbage', /** @type {number[]} */ (heaps));
}

/** @param {string} what @param {readonly number[]} sizes in bytes, after each stretch */
function printGrowth(what, sizes) {
  const [first = Number.NaN, ...later] = sizes;
  const largest = Math.max(...later);
  const cells = [largest, first, later.at(-1) ?? Number.NaN].map((bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`);
  print(what, ratio(largest, first), ...cells);
}

/** How long a verification that waits takes to tell that its request has come. */
async function waking() {
  const server = await ours();
  const load = reads(FUNCTIONS, await keyAt(server.url));
  await rounds(server.url, load, WARM_UP);
  for (const [how, before] of /** @type {const} */ ([
    ['short', 0],
    ['full', FULL],
  ])) {
    if (before > 0) await answered(server.url, load, before);
    const waits = await rounds(server.url, load, ROUNDS);
    for (const since of /** @type {const} */ (['answered', 'sent'])) {
      const times = waits.map(({ sent, answered, woken }) => woken - { sent, answered }[since]);
      const cells = [quantile(times, 0.5), quantile(times, 0.99), Math.max(...times)].map((time) => time.toFixed(1));
      print(`ms since request was ${since}, journal ${how}`, ...cells);
    }
  }
  await server.stop();
}

/**
 * When a request was sent, when its answer was here, and when that of the verification was: in milliseconds.
 *
 * @typedef {{ sent: number, answered: number, woken: number }} Wait
 */

/** @param {string} url @param {import('./compare.mjs').Load} load @param {number} count @returns {Promise<Wait[]>} */
async function rounds(url, load, count) {
  const waits = [];
  for (let round = 0; round < count; round++) waits.push(await wait(url, load));
  return waits;
}

/** @param {string} url @param {import('./compare.mjs').Load} load @returns {Promise<Wait>} */
async function wait(url, { method, headers }) {
  // No other round has this path. Nothing is found at it, which is an answer like any other.
  const path = `${FUNCTIONS}/${crypto.randomUUID()}`;
  const verified = post(`${url}/_mock/requests/verify`, { match: { path }, atLeast: 1, within: '5s' }).then((told) => ({
    ...told,
    woken: performance.now(),
  }));
  await sleep(SETTLED);
  const sent = performance.now();
  await (await fetch(`${url}${path}`, { method, headers })).arrayBuffer();
  const answered = performance.now();
  const { count, woken } = await verified;
  if (count !== 1 || woken < sent) throw new Error(`verification: ${count} requests, ${woken - sent} ms after sending`);
  return { sent, answered, woken };
}

/** @param {string} url @param {import('./compare.mjs').Load} load @param {number} amount */
async function answered(url, { path, ...load }, amount) {
  const result = await autocannon({ url: `${url}${path}`, ...load, connections: CONNECTIONS, amount });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`lists of functions: ${result.non2xx} refusals, ${result.errors} errors`);
}

/** @param {string} url */
async function keyAt(url) {
  return keyOf(await (await fetch(`${url}/_mock/cast`)).json(), KEY_NAME);
}
