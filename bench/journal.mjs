// @ts-check
/** How much memory the journal keeps while requests come and go, and how soon it wakes a verification that waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answered } from './compare.mjs';
import { quantile } from './figures.mjs';
import { castOf, FUNCTIONS, keyOf, post, reads } from './loads.mjs';
import { ours, start } from './processes.mjs';

const REQUESTS = 1_000_000;
/** Requests between two looks at the memory. After the first ones the journal is full, and all code is compiled. */
const STRETCH = 50_000;
const ROUNDS = 100;
/** How many requests the journal keeps: `MOST` in src/journal/journal.ts. */
const FULL = 2000;
/** Milliseconds in which a verification has begun to wait: before that it looks through a full journal, for up to 30. */
const SETTLED = 100;
const KEY_NAME = 'nvcf-full-access';

/** @typedef {import('./rows.mjs').Measure} Measure */

/** The largest resident set after the first stretch of requests, against the one after it. @type {Measure} */
export async function growth({ program }) {
  const server = await start(ours(program));
  const load = reads(FUNCTIONS, keyOf(await castOf(server.url), KEY_NAME));
  const sizes = [];
  const before = (await server.usage()).cpu;
  for (let sent = 0; sent < REQUESTS; sent += STRETCH) {
    await answered(server.url, load, { amount: STRETCH });
    sizes.push((await server.usage()).memory / 1e6);
  }
  const micros = ((await server.usage()).cpu - before) / REQUESTS;
  await server.stop();
  const [first = Number.NaN, ...later] = sizes;
  const [largest, last] = [Math.max(...later), later.at(-1) ?? Number.NaN];
  return {
    figures: [{ label: 'growth', value: largest / first }],
    detail: `${first.toFixed(0)} MB after ${STRETCH}, at most ${largest.toFixed(0)}, at the end ${last.toFixed(0)}; ${micros.toFixed(0)} µs`,
  };
}

/**
 * How long after a request is sent the verification that waits for it answers. Not after the answer to the request, because
 * the verification may come first.
 *
 * @type {Measure}
 */
export async function waking({ program }) {
  const server = await start(ours(program));
  const load = reads(FUNCTIONS, keyOf(await castOf(server.url), KEY_NAME));
  await answered(server.url, load, { amount: FULL });
  // The first one compiles what the others only run.
  await wait(server.url, load);
  const before = (await server.usage()).cpu;
  const times = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await wait(server.url, load));
  const micros = ((await server.usage()).cpu - before) / ROUNDS;
  await server.stop();
  return {
    figures: [{ label: 'ms', value: quantile(times, 0.99) }],
    detail: `half in ${quantile(times, 0.5).toFixed(1)} ms; ${micros.toFixed(0)} µs`,
  };
}

/** @param {string} url @param {import('./loads.mjs').Load} load @returns {Promise<number>} milliseconds */
async function wait(url, { headers }) {
  // No other round has this path. Nothing is found at it, which is an answer like any other.
  const path = `${FUNCTIONS}/${crypto.randomUUID()}`;
  const verified = post(`${url}/_mock/requests/verify`, { match: { path }, atLeast: 1, within: '5s' }).then(
    (found) => ({
      ...found,
      woken: performance.now(),
    }),
  );
  await sleep(SETTLED);
  const sent = performance.now();
  await (await fetch(`${url}${path}`, { headers })).arrayBuffer();
  const { count, woken } = await verified;
  if (count !== 1) throw new Error(`verification: ${count} requests`);
  return woken - sent;
}
