// @ts-check
/**
 * Measures speed as ratios to bare servers. Each pair is measured in turn in one run, so a slow or busy machine affects
 * both. Nothing here passes or fails; README.md in this folder says what the ratios should be.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { against } from './against.mjs';
import { median, print, ratio } from './figures.mjs';
import { addServiceKeys, makeWithAccessKeys, makeWithSimulations } from './files.mjs';
import { JOURNAL_ROWS, REQUESTS } from './journal.mjs';
import { accessToken, FUNCTIONS, grants, KEY, keyOf, serviceKey, twentyKeys } from './loads.mjs';
import { ours, reference, residentMemory } from './processes.mjs';
import { WORLD_ROWS } from './worlds.mjs';

const ROUNDS = 7;
const SECONDS = 2;
const STARTS = 9;
const MANY = 100_000;
const VERSIONS = 10_000;
/**
 * Pages of fifty simulations, each of which should be the same work in a small world as in a large one.
 *
 * @type {Record<string, (count: number) => string>}
 */
const PAGES = {
  'first page by name': () => 'ordering=name',
  'a state, by last change': () => 'state=INACTIVE&ordering=-modified',
  'last page': (count) => `ordering=created&offset=${count - 50}`,
  'search for one': (count) => `search=bench-${count - 1}`,
  'search for all': () => 'search=bench',
};

const folder = await mkdtemp(join(tmpdir(), 'nv-auth-mock-bench-'));
const large = join(folder, 'large.db');

/** What is measured, by name. @type {[name: string, measure: (name: string) => Promise<void>][]} */
const ROWS = [
  ['token grants, in memory', (name) => tokens(name, [])],
  ['token grants, in a file', (name) => tokens(name, ['--data', join(folder, 'small.db')])],
  [`token grants, ${MANY} keys stored`, (name) => tokens(name, ['--data', large])],
  ['list of 20 keys, in memory', (name) => lists(name, [])],
  [`list of 20 keys, ${MANY} keys stored`, (name) => lists(name, ['--data', large])],
  ['list of functions', functions],
  [`functions: ${MANY} keys to 10`, (name) => functionsAtTwo(name, {}, { keys: MANY })],
  [`functions: ${VERSIONS} policy versions to 1`, (name) => functionsAtTwo(name, {}, { versions: VERSIONS })],
  ['functions: propagation fixed to off', (name) => functionsAtTwo(name, {}, { flags: ['--propagation', 'fixed'] })],
  ...Object.entries(PAGES).map(
    ([what, query]) =>
      /** @type {[string, (name: string) => Promise<void>]} */ ([
        `simulations: ${what}, ${MANY} to 100`,
        (name) => pagesAtTwo(name, query),
      ]),
  ),
  ['start, in memory (times)', (name) => starts(name, [])],
  [`start, ${MANY} keys stored (times)`, (name) => starts(name, ['--data', large])],
  [`start, ${MANY} simulations stored (times)`, async (name) => starts(name, ['--data', await simulationFile(MANY)])],
  ['idle memory, in memory (MB)', (name) => memory(name, [])],
  [`idle memory, ${MANY} keys stored (MB)`, (name) => memory(name, ['--data', large])],
];

/** What has columns of its own, under its heading. */
const SECTIONS = { worlds: WORLD_ROWS, journal: JOURNAL_ROWS };

const { positionals, values } = parseArgs({
  options: { against: { type: 'string' }, requests: { type: 'string', default: `${REQUESTS}` } },
  allowPositionals: true,
});
const [part = ''] = positionals;
try {
  if (values.against === undefined) await all(part);
  else await against(values.against, part);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** @param {string} part of the names of rows */
async function all(part) {
  const rows = ROWS.filter(([name]) => name.includes(part));
  if (rows.length > 0) {
    await makeWithAccessKeys(large, MANY);
    print('what', 'ratio', 'ours', 'bare');
    for (const [name, measure] of rows) await measure(name);
  }
  for (const [heading, sectionRows] of Object.entries(SECTIONS)) {
    for (const { columns, measure } of sectionRows.filter(({ name }) => name.includes(part))) {
      print(heading, ...columns);
      await measure(Number(values.requests));
    }
  }
}

/** @param {string} name @param {string[]} flags */
async function tokens(name, flags) {
  const servers = [await ours(flags), await reference('sign')];
  const { path, ...load } = grants(KEY);
  await compare(name, servers, (url) => ({ url: `${url}${path}`, ...load }));
}

/** @param {string} name @param {string[]} flags */
async function lists(name, flags) {
  const our = await ours(flags);
  const headers = { authorization: `Bearer ${await accessToken(our.url)}` };
  await twentyKeys(our.url, headers);
  const answer = await (await fetch(`${our.url}/api/v1/access-keys`, { headers })).text();
  await compare(name, [our, await reference('send', answer)], (url) => ({ url: `${url}/api/v1/access-keys`, headers }));
}

/** @param {string} name */
async function functions(name) {
  const our = await withServiceKey({});
  const answer = await (await fetch(`${our.url}${FUNCTIONS}`, { headers: our.headers })).text();
  await compare(name, [our, await reference('send', answer)], (url) => ({
    url: `${url}${FUNCTIONS}`,
    headers: our.headers,
  }));
}

/**
 * Compares two servers of ours: one under hard circumstances with the usual one.
 *
 * @param {string} name
 * @param {Circumstances} usual
 * @param {Circumstances} hard
 */
async function functionsAtTwo(name, usual, hard) {
  const servers = [await withServiceKey(hard), await withServiceKey(usual)];
  await compare(name, servers, (url) => ({
    url: `${url}${FUNCTIONS}`,
    headers: servers.find((server) => server.url === url)?.headers ?? {},
  }));
}

/** @typedef {{ keys?: number, versions?: number, flags?: string[] }} Circumstances */

/**
 * A server with a service key that lists functions, and whatever makes its work hard: further keys, a long history.
 *
 * @param {Circumstances} circumstances
 */
async function withServiceKey({ keys = 10, versions = 1, flags = [] }) {
  const file = join(await mkdtemp(join(folder, 'keys-')), 'mock.db');
  const first = await ours(['--data', file]);
  const { id, key } = await serviceKey(first.url);
  await first.stop();
  await addServiceKeys(file, id, { keys, versions });
  return { ...(await ours(['--data', file, ...flags])), headers: { authorization: `Bearer ${key}` } };
}

/** @param {string} name @param {(count: number) => string} query */
async function pagesAtTwo(name, query) {
  const counts = [MANY, 100];
  /** @type {Record<string, { path: string, headers: Record<string, string> }>} */
  const requests = {};
  const servers = [];
  for (const count of counts) {
    const server = await ours(['--data', await simulationFile(count)]);
    const key = keyOf(await (await fetch(`${server.url}/_mock/cast`)).json(), 'air-admin');
    const path = `/api/v3/simulations/?limit=50&${query(count)}`;
    requests[server.url] = { path, headers: { authorization: `Bearer ${key}` } };
    servers.push(server);
  }
  await compare(name, servers, (url) => ({
    url: `${url}${requests[url]?.path}`,
    headers: requests[url]?.headers ?? {},
  }));
}

/** A data file with this many simulations. @param {number} count */
async function simulationFile(count) {
  const file = join(await mkdtemp(join(folder, 'air-')), 'mock.db');
  await makeWithSimulations(file, count);
  return file;
}

/** @param {string} name @param {string[]} flags */
async function starts(name, flags) {
  /** @type {number[][]} */
  const times = [[], []];
  for (let round = 0; round < STARTS; round++) {
    for (const [index, begin] of [() => ours(flags), () => reference('start')].entries()) {
      const server = await begin();
      times[index]?.push(server.startedIn);
      await server.stop();
    }
  }
  const [our, bare] = /** @type {[number, number]} */ (times.map(median));
  print(name, ratio(our, bare), `${our.toFixed(0)} ms`, `${bare.toFixed(0)} ms`);
}

/** @param {string} name @param {string[]} flags */
async function memory(name, flags) {
  const servers = [await ours(flags), await reference('start')];
  await sleep(1000);
  const [our, bare] = /** @type {[number, number]} */ (servers.map(({ pid }) => residentMemory(pid)));
  print(name, ratio(our, bare), `${our.toFixed(0)} MB`, `${bare.toFixed(0)} MB`);
  for (const server of servers) await server.stop();
}

/**
 * @param {string} name
 * @param {import('./processes.mjs').Running[]} servers ours first
 * @param {(url: string) => autocannon.Options} request
 */
async function compare(name, servers, request) {
  /** @type {number[][]} */
  const rates = servers.map(() => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, { url }] of servers.entries()) {
      const result = await autocannon({ ...request(url), connections: 8, duration: round < 0 ? 1 : SECONDS });
      if (result.non2xx > 0 || result.errors > 0)
        throw new Error(`${name}: ${result.non2xx} refusals, ${result.errors} errors`);
      if (round >= 0) rates[index]?.push(result.requests.average);
    }
  }
  const [our, bare] = /** @type {[number, number]} */ (rates.map(median));
  print(name, ratio(our, bare), `${our.toFixed(0)}/s`, `${bare.toFixed(0)}/s`);
  for (const server of servers) await server.stop();
}
