// @ts-check
/** What a world costs, and what many of them cost each other. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compare } from './compare.mjs';
import { compared } from './figures.mjs';
import { castOf, FUNCTIONS, keyOf, post, reads } from './loads.mjs';
import { ours, start } from './processes.mjs';

const CROWD = fileURLToPath(new URL('./crowd.mjs', import.meta.url));
const MANY = 1000;
const ROUNDS = 15;
const BATCH = 200;
const KEY_NAME = 'nvcf-full-access';
const run = promisify(execFile);

/** @typedef {import('./rows.mjs').Measure} Measure */

/** A new world against a request to health, batch beside batch, on one connection that is kept. @type {Measure} */
export async function making({ program }) {
  const server = await start(ours(program, ['--max-worlds', `${MANY}`]));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** @param {string} method @param {string} path @param {string} [body] */
  const send = async (method, path, body) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request(`${server.url}${path}`, { method, agent, headers }).end(body);
    const [answer] = await once(sent, 'response');
    const content = await text(answer);
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${content}`);
    return content;
  };
  /** @param {() => Promise<unknown>} act */
  const batch = async (act) => {
    const [before, begin] = [(await server.usage()).cpu, performance.now()];
    for (let number = 0; number < BATCH; number++) await act();
    const seconds = (performance.now() - begin) / 1000;
    return { micros: ((await server.usage()).cpu - before) / BATCH, rate: BATCH / seconds };
  };
  /** @type {[number[], number[]]} */
  const cpu = [[], []];
  /** @type {[number[], number[]]} */
  const rates = [[], []];
  for (let round = -5; round < ROUNDS; round++) {
    /** @type {string[]} */
    const made = [];
    const health = await batch(() => send('GET', '/_mock/health'));
    const world = await batch(async () => made.push(JSON.parse(await send('POST', '/_mock/worlds', '{}')).id));
    for (const id of made) await send('DELETE', `/_mock/worlds/${id}`);
    if (round < 0) continue;
    for (const [index, { micros, rate }] of [world, health].entries()) {
      cpu[index]?.push(micros);
      rates[index]?.push(rate);
    }
  }
  agent.destroy();
  await server.stop();
  const [used, rate] = [compared(cpu), compared(rates)];
  return {
    figures: [
      { label: 'rate', value: rate.ratio },
      { label: 'CPU', value: used.ratio },
    ],
    detail: `${used.one.toFixed(0)} / ${used.other.toFixed(0)} µs`,
  };
}

/** @type {Measure} */
export async function memory({ program }) {
  const { stdout } = await run(program, ['--max-old-space-size=160', '--expose-gc', CROWD]);
  return { figures: [{ label: 'kB', value: Number(stdout) }], detail: '' };
}

/** One of many worlds, against the default world of a server that has no other. @param {'prefix' | 'credential'} by @returns {Measure} */
export function speed(by) {
  return ({ program }) =>
    compare([
      {
        server: ours(program, ['--max-worlds', `${MANY}`]),
        load: async (url) => {
          const made = [];
          for (let number = 0; number < MANY; number++) made.push(await post(`${url}/_mock/worlds`, { ttl: 'never' }));
          const { id, cast } = made[0];
          return reads(`${by === 'prefix' ? `/w/${id}` : ''}${FUNCTIONS}`, keyOf(cast, KEY_NAME));
        },
      },
      {
        server: ours(program),
        load: async (url) => reads(FUNCTIONS, keyOf(await castOf(url), KEY_NAME)),
      },
    ]);
}
