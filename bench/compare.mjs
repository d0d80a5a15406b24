// @ts-check
/**
 * Compares two servers under load: the request rate, and the CPU time per request. On a busy machine, rates are not
 * meaningful.
 */
import autocannon from 'autocannon';
import { compared } from './figures.mjs';
import { start } from './processes.mjs';

/** Several processes are measured, because processes of the same program differ by up to 10 %. */
const PAIRS = 3;
/** For two of our own builds, which differ less. */
export const MORE_PAIRS = 5;
const ROUNDS_OF_A_PAIR = 2;
const CONNECTIONS = 8;
/** In requests, not seconds, because even a slow server gets faster until its 10,000th request. */
const WARM_UP = 10_000;
/** Seconds. */
const ROUND = 0.8;
/** The sampling interval of the load generator in milliseconds, which determines how soon it notices the end. */
const SAMPLE = 10;

/** @typedef {import('./loads.mjs').Load} Load */
/** @typedef {{ duration: number } | { amount: number, connections?: number }} Length */
/** `load` prepares a running server, and returns the requests to send. @typedef {{ server: import('./processes.mjs').Server, load: (url: string) => Promise<Load | Load[]> }} Side */

/**
 * Measures the medians of several rounds. The servers take turns to go first, because the first one affects the second.
 *
 * @param {readonly [Side, Side]} sides the measured server, and the server to compare it with
 * @param {number} [pairs] the number of pairs of processes
 * @returns {Promise<{ figures: import('./figures.mjs').Figure[], detail: string }>}
 */
export async function compare(sides, pairs = PAIRS) {
  /** @type {[number[], number[]]} */
  const cpu = [[], []];
  /** @type {[number[], number[]]} */
  const rates = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    /** @type {import('./processes.mjs').Running[]} */
    const running = [];
    /** @type {(Load | Load[])[]} */
    const loads = [];
    try {
      for (const { server, load } of sides) {
        const one = await start(server);
        running.push(one);
        loads.push(await load(one.url));
      }
      /** @param {0 | 1} index */
      const round = async (index) => {
        const { url, usage } = /** @type {import('./processes.mjs').Running} */ (running[index]);
        const before = await usage();
        const begin = performance.now();
        const count = await sendRound(url, loads[index] ?? [], { duration: ROUND });
        const seconds = (performance.now() - begin) / 1000;
        return { rate: count / seconds, micros: ((await usage()).cpu - before.cpu) / count };
      };
      for (const [index, { url }] of running.entries()) await sendRound(url, loads[index] ?? [], { amount: WARM_UP });
      for (let turn = 0; turn < ROUNDS_OF_A_PAIR; turn++) {
        for (const index of /** @type {(0 | 1)[]} */ (turn % 2 === 0 ? [0, 1] : [1, 0])) {
          const { rate, micros } = await round(index);
          rates[index].push(rate);
          cpu[index].push(micros);
        }
      }
    } finally {
      for (const { stop } of running) await stop();
    }
  }
  const [rate, used] = [compared(rates), compared(cpu)];
  return {
    figures: [
      { label: 'rate', value: rate.ratio },
      { label: 'CPU', value: used.ratio },
    ],
    detail: `${rate.one.toFixed(0)} / ${rate.other.toFixed(0)} a second, ${used.one.toFixed(0)} / ${used.other.toFixed(0)} µs`,
  };
}

/** @param {string} url @param {Load | Load[]} load @param {Length} length the length of a load without an amount */
function sendRound(url, load, length) {
  const amount = [load].flat()[0]?.amount;
  return answered(url, load, amount === undefined ? length : { amount, connections: 1 });
}

/**
 * Sends requests.
 *
 * @param {string} url
 * @param {Load | Load[]} load several are sent in turn
 * @param {Length} length
 * @returns {Promise<number>} the number of successful responses
 */
export async function answered(url, load, length) {
  const requests = /** @type {autocannon.Request[]} */ ([load].flat());
  const result = await autocannon({ url, requests, connections: CONNECTIONS, ...length, sampleInt: SAMPLE });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${requests[0]?.path}: ${result.non2xx} refusals, ${result.errors} errors`);
  return result['2xx'];
}
