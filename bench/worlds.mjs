// @ts-check
/** What a world costs, and what many of them cost each other. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { COLUMNS, compareUsage } from './compare.mjs';
import { median, print, ratio, spread } from './figures.mjs';
import { FUNCTIONS, grants, KEY, keyOf, post, reads } from './loads.mjs';
import { metered } from './processes.mjs';

const IN_PROCESS = fileURLToPath(new URL('./in-process.mjs', import.meta.url));
const HELD = 1000;
const ROUNDS = 15;
const BATCH = 200;
const KEY_NAME = 'nvcf-full-access';
const run = promisify(execFile);

/** @type {{ name: string, columns: readonly string[], measure: () => Promise<void> }[]} */
export const WORLD_ROWS = [
  { name: 'worlds: making and resetting', columns: ['CPU', 'spread', 'of a start'], measure: costs },
  { name: 'worlds: making, against health', columns: ['CPU', 'spread', 'this', 'other'], measure: making },
  { name: 'worlds: size of 1,000', columns: ['each'], measure: memory },
  { name: 'worlds: size of 10,000 in 160 MB', columns: ['each'], measure: crowd },
  { name: 'worlds: speed of 1,000', columns: COLUMNS, measure: held },
];

async function costs() {
  const all = /** @type {import('./in-process.mjs').Cost[]} */ ([
    ...(await inProcess('cost')),
    ...(await inProcess('direct')),
  ]);
  const start = median(all[0]?.times ?? []);
  for (const { name, times } of all) {
    print(name, `${median(times).toFixed(3)} ms`, spread(times), `1/${(start / median(times)).toFixed(0)}`);
  }
}

/** What `POST /_mock/worlds` costs a server, batch beside batch, on one connection that is kept. */
async function making() {
  const server = await metered(['--max-worlds', `${HELD}`]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  const send = async (method, path, body) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request(`${server.url}${path}`, { method, agent, headers });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const [answer] = await once(sent, 'response');
    const said = await text(answer);
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${said}`);
    return said === '' ? null : JSON.parse(said);
  };
  /** @param {() => Promise<unknown>} act @returns {Promise<number>} microseconds of CPU for each */
  const batch = async (act) => {
    const before = (await server.usage()).cpu;
    for (let number = 0; number < BATCH; number++) await act();
    return ((await server.usage()).cpu - before) / BATCH;
  };
  const rounds = async (/** @type {string} */ name) => {
    const [healths, posts, ratios] = [
      /** @type {number[]} */ ([]),
      /** @type {number[]} */ ([]),
      /** @type {number[]} */ ([]),
    ];
    for (let round = -5; round < ROUNDS; round++) {
      /** @type {string[]} */
      const made = [];
      const health = await batch(() => send('GET', '/_mock/health'));
      const post = await batch(async () => made.push((await send('POST', '/_mock/worlds', {})).id));
      for (const id of made) await send('DELETE', `/_mock/worlds/${id}`);
      if (round < 0) continue;
      healths.push(health);
      posts.push(post);
      ratios.push(post / health);
    }
    print(
      name,
      ratio(median(ratios), 1),
      spread(ratios),
      `${median(posts).toFixed(0)} µs`,
      `${median(healths).toFixed(0)} µs`,
    );
  };
  await rounds('POST /_mock/worlds');
  const { id } = await send('POST', '/_mock/worlds', { credentials: 'cast' });
  await send('DELETE', `/_mock/worlds/${id}`);
  await rounds('the same, after a world with `cast`');
  agent.destroy();
  await server.stop();
}

async function memory() {
  sizes(await inProcess('memory'));
}

/** The process ends, and this with it, if they do not fit. */
async function crowd() {
  const args = ['--max-old-space-size=160', '--expose-gc', IN_PROCESS, 'crowd'];
  sizes(JSON.parse((await run(process.execPath, args)).stdout));
}

/** @param {import('./in-process.mjs').Holding[]} all */
function sizes(all) {
  for (const { name, bytes } of all) print(name, `${(bytes / 1000).toFixed(1)} kB`);
}

/** A server with many worlds, compared with one that has only the default one. */
async function held() {
  const [many, alone] = [await metered(['--max-worlds', `${HELD}`]), await metered()];
  const made = [];
  for (let number = 0; number < HELD; number++) made.push(await post(`${many.url}/_mock/worlds`, { ttl: 'never' }));
  const worlds = made.map(({ id, cast }) => ({
    prefix: `/w/${id}`,
    key: keyOf(cast, KEY_NAME),
    access: accessKeyOf(cast),
  }));
  const key = keyOf(await (await fetch(`${alone.url}/_mock/cast`)).json(), KEY_NAME);
  for (const [what, requests, of, usual] of /** @type {const} */ ([
    ['list of functions', 10_000, listOf, reads(FUNCTIONS, key)],
    ['token grants', 3000, grantOf, grants(KEY)],
  ])) {
    for (const [by, isPrefixed] of /** @type {const} */ ([
      ['prefix', true],
      ['credential', false],
    ])) {
      const loads = worlds.map((world) => of(world, isPrefixed ? world.prefix : ''));
      for (const [where, load] of /** @type {const} */ ([
        ['one', loads.slice(0, 1)],
        ['each in turn', loads],
      ])) {
        await compareUsage(
          `${what}, by ${by}, ${where} of ${HELD}`,
          [
            { server: many, load },
            { server: alone, load: usual },
          ],
          requests,
        );
      }
    }
  }
  for (const server of [many, alone]) await server.stop();
}

/** @typedef {{ prefix: string, key: string, access: typeof KEY }} Known a world, with two of its credentials */

/** @param {Known} world @param {string} prefix */
function listOf({ key }, prefix) {
  return reads(`${prefix}${FUNCTIONS}`, key);
}

/** @param {Known} world @param {string} prefix */
function grantOf({ access }, prefix) {
  return grants(access, prefix);
}

/** The access key in a world that corresponds to `KEY` in the default one. @param {any} cast @returns {typeof KEY} */
function accessKeyOf(cast) {
  const keys = cast.runai.users.map((/** @type {{ accessKey: typeof KEY }} */ { accessKey }) => accessKey);
  return keys.find((/** @type {typeof KEY} */ { clientId }) => clientId.startsWith(KEY.clientId));
}

/** @param {string[]} what @returns {Promise<any>} */
async function inProcess(...what) {
  const { stdout } = await run(process.execPath, ['--expose-gc', IN_PROCESS, ...what]);
  return JSON.parse(stdout);
}
