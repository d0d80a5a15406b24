// @ts-check
/**
 * Compares two servers by the CPU time that each takes for a request: on a machine with other work, rates say little.
 */
import autocannon from 'autocannon';
import { median, print, ratio, spread } from './figures.mjs';

const ROUNDS = 15;
const WARM_UP = 4000;
const CONNECTIONS = 8;
/** Milliseconds between two checks of the load generator, in which it notices that it is done. */
const LOOK = 10;

/**
 * A request that is sent repeatedly.
 *
 * @typedef {{ path: string, method: 'GET' | 'POST', headers: Record<string, string>, body?: string }} Load
 */
/** @typedef {{ server: import('./processes.mjs').Metered, load: Load | readonly Load[] }} Side several loads: one after the other */

export const COLUMNS = ['CPU', 'spread', 'this', 'other', 'rate'];

/**
 * Prints the ratio of CPU time per request as the median of the rounds, the range in which half of them lie, the two
 * medians, and the ratio of requests per second. A CPU ratio above 1, or a rate ratio below 1, means slower.
 *
 * @param {string} name
 * @param {readonly [Side, Side]} sides what is measured, and what it is compared with
 * @param {number} requests in each round: about half a second
 */
export async function compareUsage(name, sides, requests) {
  /** @type {[cpu: number[], cpu: number[]]} */
  const cpu = [[], []];
  /** @type {[rates: number[], rates: number[]]} */
  const rates = [[], []];
  for (const side of sides) await run(name, side, WARM_UP);
  for (let round = 0; round < ROUNDS; round++) {
    // They take turns to go first, because each finds the machine as the other left it.
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const side = /** @type {Side} */ (sides[index]);
      const before = await side.server.usage();
      const begin = performance.now();
      const answered = await run(name, side, requests);
      rates[index]?.push(answered / (performance.now() - begin));
      cpu[index]?.push(((await side.server.usage()).cpu - before.cpu) / answered);
    }
  }
  const ratios = quotients(cpu);
  const [one, other] = cpu.map((times) => `${median(times).toFixed(0)} µs`);
  print(name, ratio(median(ratios), 1), spread(ratios), `${one}`, `${other}`, ratio(median(quotients(rates)), 1));
}

/** @param {[number[], number[]]} sides */
function quotients([ones, others]) {
  return ones.map((one, index) => one / (others[index] ?? Number.NaN));
}

/** @param {string} name @param {Side} side @param {number} amount @returns {Promise<number>} how many were answered */
async function run(name, { server, load }, amount) {
  const loads = [load].flat();
  const requests = /** @type {autocannon.Request[]} */ (loads);
  const result = await autocannon({ url: server.url, requests, connections: CONNECTIONS, amount, sampleInt: LOOK });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${name}: ${result.non2xx} refusals, ${result.errors} errors`);
  return result['2xx'];
}
