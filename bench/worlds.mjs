// @ts-check
/** What a world costs, and what many of them cost each other. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { COLUMNS, compareUsage } from './compare.mjs';
import { median, print, spread } from './figures.mjs';
import { FUNCTIONS, grants, KEY, keyOf, post, reads } from './loads.mjs';
import { metered } from './processes.mjs';

const IN_PROCESS = fileURLToPath(new URL('./in-process.mjs', import.meta.url));
const HELD = 1000;
const KEY_NAME = 'nvcf-full-access';
const run = promisify(execFile);

/** @type {{ name: string, columns: readonly string[], measure: () => Promise<void> }[]} */
export const WORLD_ROWS = [
  { name: 'worlds: making and resetting', columns: ['CPU', 'spread', 'of a start'], measure: costs },
  { name: 'worlds: size of 1,000', columns: ['each'], measure: memory },
  { name: 'worlds: speed of 1,000', columns: COLUMNS, measure: held },
];

async function costs() {
  const all = /** @type {import('./in-process.mjs').Cost[]} */ (await inProcess('cost'));
  const start = median(all[0]?.times ?? []);
  for (const { name, times } of all) {
    print(name, `${median(times).toFixed(2)} ms`, spread(times), `1/${(start / median(times)).toFixed(0)}`);
  }
}

async function memory() {
  const all = /** @type {import('./in-process.mjs').Holding[]} */ (await inProcess('memory'));
  for (const { name, bytes } of all) {
    print(name, `${(bytes / 1000).toFixed(0)} kB`);
  }
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
