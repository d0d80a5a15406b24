// @ts-check
/** All measurements and their goals. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compare, MORE_PAIRS } from './compare.mjs';
import { median } from './figures.mjs';
import { addServiceKeys, make, makeWithAccessKeys, makeWithSimulations } from './files.mjs';
import {
  API,
  answerTo,
  BARE_LOADS,
  castOf,
  FUNCTIONS,
  grants,
  KEY,
  keyOf,
  LOADS,
  oauthGrants,
  reads,
  serviceKey,
} from './loads.mjs';
import { growth, idle, ofOneWorld, peak } from './memory.mjs';
import { peer } from './peers.mjs';
import { freshSchema } from './postgres.mjs';
import { bare, ours, start } from './processes.mjs';
import { compareStarts } from './starts.mjs';
import { making, speed } from './worlds.mjs';

const MANY = 100_000;
const PAGES = 50;

/** @typedef {import('./loads.mjs').Load} Load */
/** @typedef {import('./compare.mjs').Side} Side */
/** @typedef {import('./processes.mjs').Server} Server */
/** @typedef {import('./figures.mjs').Goal} Goal */
/** The measured Node, such as `20`, its program, and a folder for files. @typedef {{ line: string, program: string, folder: string }} Bench */
/** @typedef {{ figures: import('./figures.mjs').Figure[], detail: string }} Measured */
/** @typedef {(bench: Bench) => Promise<Measured>} Measure */
/** @typedef {{ name: string, goals: readonly Goal[], measure: Measure }} Row */

const { clientId, clientSecret } = KEY;
const BASIC = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
const OAUTH = oauthGrants('/token', { client_id: clientId, client_secret: clientSecret });
const OIDC = oauthGrants('/token', { resource: API }, { authorization: BASIC });

/** @type {readonly Row[]} */
export const ROWS = [
  row('token grants / oauth2-mock-server', [rate(1.3)], besidePeer('oauth2-mock-server', OAUTH)),
  row('token grants / oidc-provider', [rate(1.1)], besidePeer('oidc-provider', OIDC)),
  row('token grants / bare Fastify + jose', [cpu(1.3)], besideBare('token grants')),
  row('list of 20 access keys / Prism', [rate(3)], besidePrism('list of 20 access keys', 'runai')),
  row(
    'list of 20 access keys / Prism, log off',
    [rate(1.5)],
    besidePrism('list of 20 access keys', 'runai', { isSilent: true }),
  ),
  row(
    'list of 20 access keys / Prism, whole document',
    [],
    besidePrism('list of 20 access keys', 'runai', { isWhole: true }),
  ),
  row('list of 20 access keys / bare Fastify + jose', [cpu(0.9)], besideBare('list of 20 access keys')),
  row('list of simulations / Prism', [rate(3)], besidePrism('list of simulations', 'air')),
  row(
    'list of simulations / Prism, log off',
    [rate(1.5)],
    besidePrism('list of simulations', 'air', { isSilent: true }),
  ),
  row('decided list of functions / bare Fastify', [], besideBare('decided list of functions')),
  row('start / emulate', [time(3)], async ({ line, program }) => {
    const answer = reads('/.well-known/openid-configuration', '');
    return compareStarts([granting(ours(program)), await peer('emulate', line, answer)]);
  }),
  row('start with a data file / bare Fastify + jose + driver', [time(1.6)], async ({ program, folder }) => {
    const file = join(folder, 'start.db');
    await make(file);
    return compareStarts([
      granting(ours(program, ['--data', file])),
      bare(program, ['--data', join(folder, 'bare.db')]),
    ]);
  }),
  row('memory, idle', [], idle),
  row('memory, peak', [], peak),
  row('memory over 1,000,000 requests', [{ label: 'growth', atMost: 1.05 }], growth),
  row('PostgreSQL: token grants / in memory', [cpu(1.05)], onPostgres('token grants')),
  row('PostgreSQL: list of 20 access keys / in memory', [cpu(1.05)], onPostgres('list of 20 access keys')),
  row('PostgreSQL: an NGC key made and deleted', [], changes),
  row('list of 20 access keys, 100,000 stored / none, in memory', [rate(0.8)], async ({ program, folder }) => {
    const file = join(folder, 'access-keys.db');
    await makeWithAccessKeys(file, MANY);
    const { load } = our('list of 20 access keys', program);
    return compare([
      { server: ours(program, ['--data', file, '--max-state', '1GB']), load },
      our('list of 20 access keys', program),
    ]);
  }),
  row('decided list of functions, 100,000 service keys / 10', [rate(0.8)], async ({ program, folder }) => {
    const side = async (/** @type {number} */ count) => {
      const file = join(folder, `service-keys-${count}.db`);
      const server = await start(ours(process.execPath, ['--data', file]));
      const { id, key } = await serviceKey(server.url);
      await server.stop();
      await addServiceKeys(file, id, count);
      return { server: ours(program, ['--data', file]), load: async () => reads(FUNCTIONS, key) };
    };
    return compare([await side(MANY), await side(10)]);
  }),
  row('50 simulations by name, of 100,000', [{ label: 'ms', atMost: 5 }], page('ordering=name')),
  row('search for one simulation, of 100,000', [{ label: 'ms', atMost: 50 }], page(`search=bench-${MANY - 1}`)),
  row('worlds: a new one', [], making),
  row('worlds: memory of one of 10,000 that granted a token', [], ofOneWorld),
  row('worlds: list of functions, by prefix, one of 1,000 / the only one', [cpu(1.1)], speed('prefix')),
  row('worlds: list of functions, by credential, one of 1,000 / the only one', [cpu(1.1)], speed('credential')),
];

/** @param {string} name @param {readonly Goal[]} goals @param {Measure} measure @returns {Row} */
function row(name, goals, measure) {
  return { name, goals, measure };
}

/** @param {number} atLeast */
function rate(atLeast) {
  return { label: 'rate', atLeast };
}

/** @param {number} atMost */
function cpu(atMost) {
  return { label: 'CPU', atMost };
}

/** @param {number} atMost */
function time(atMost) {
  return { label: 'time', atMost };
}

/** This server in memory. @param {keyof typeof LOADS} name @param {string} program @returns {Side} */
function our(name, program) {
  return { server: ours(program), load: LOADS[name] };
}

/** The same server, ready when it has granted a token. @param {Server} server @returns {Server} */
function granting(server) {
  return { ...server, probe: grants(KEY) };
}

/**
 * Returns a load, and our server's response to it.
 *
 * @param {keyof typeof LOADS} name
 * @param {string} program
 * @param {string} service the service to read the document of
 */
async function answerOf(name, program, service = 'runai') {
  const { url, stop } = await start(ours(program));
  try {
    const load = await LOADS[name](url);
    /** @type {any} */
    const document = await (await fetch(`${url}/openapi/${service}.json`)).json();
    return { load, answer: await answerTo(url, load), document };
  } finally {
    await stop();
  }
}

/** Token grants. @param {keyof typeof import('./peers.mjs').PEERS} name @param {Load} load @returns {Measure} */
function besidePeer(name, load) {
  return async ({ line, program }) =>
    compare([our('token grants', program), { server: await peer(name, line, load), load: async () => load }]);
}

/** @param {keyof typeof BARE_LOADS} name @returns {Measure} */
function besideBare(name) {
  return async ({ program, folder }) => {
    const { load, answer } = await answerOf(name, program);
    const lists = join(folder, 'lists.json');
    await writeFile(lists, JSON.stringify({ [load.path]: JSON.parse(answer) }));
    return compare([our(name, program), { server: bare(program, ['--lists', lists]), load: BARE_LOADS[name] }]);
  };
}

/**
 * Compares with Prism, which validates requests with our document, and returns the example in it: our response. It gets
 * slower with each operation, so the goals are for documents with the requested one only. Its log is discarded.
 *
 * @param {keyof typeof LOADS} name
 * @param {'runai' | 'air'} service
 * @param {{ isSilent?: boolean, isWhole?: boolean }} [how] with logging off; with all operations in the document
 * @returns {Measure}
 */
function besidePrism(name, service, { isSilent = false, isWhole = false } = {}) {
  return async ({ line, program, folder }) => {
    const { load, answer, document } = await answerOf(name, program, service);
    const { get } = document.paths[load.path];
    get.responses['200'].content['application/json'].example = JSON.parse(answer);
    if (!isWhole) document.paths = { [load.path]: { get } };
    const file = join(folder, `${service}.json`);
    await writeFile(file, JSON.stringify(document));
    const server = await peer('@stoplight/prism-cli', line, load, [
      ...(isSilent ? ['--verboseLevel', 'silent'] : []),
      file,
    ]);
    return compare([our(name, program), { server, load: async () => load }]);
  };
}

/** @param {keyof typeof LOADS} name @returns {Measure} */
function onPostgres(name) {
  return async ({ program }) =>
    compare(
      [{ server: ours(program, ['--data', (await freshSchema()).url]), load: LOADS[name] }, our(name, program)],
      MORE_PAIRS,
    );
}

/** The number of keys to create and delete. */
const CHANGES = 500;

/** Measures two consecutive changes on PostgreSQL. @type {Measure} */
async function changes({ program }) {
  const { url: data, transactions } = await freshSchema();
  const server = await start(ours(program, ['--data', data]));
  try {
    const call = async (/** @type {string} */ method, /** @type {string} */ path, /** @type {object} */ body) => {
      const init = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const answer = await fetch(`${server.url}/_mock/keys${path}`, { method, ...init });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.status === 204 ? null : answer.json();
    };
    const makeAndDelete = async () => {
      /** @type {any} */
      const { id } = await call('POST', '', { org: 'acme', name: 'bench', type: 'service', services: ['air'] });
      await call('DELETE', `/${id}`, /** @type {any} */ (undefined));
    };
    for (let turn = 0; turn < CHANGES; turn++) await makeAndDelete();
    const before = await transactions();
    const begin = performance.now();
    for (let turn = 0; turn < CHANGES; turn++) await makeAndDelete();
    const value = (performance.now() - begin) / CHANGES;
    const trips = ((await transactions()) - before) / CHANGES;
    return {
      figures: [{ label: 'ms', value }],
      detail: `${trips.toFixed(1)} transactions for each, with a beat each second`,
    };
  } finally {
    await server.stop();
  }
}

/** Measures the median time for a page of many simulations. @param {string} query @returns {Measure} */
function page(query) {
  return async ({ program, folder }) => {
    const file = join(folder, 'simulations.db');
    if (!existsSync(file)) await makeWithSimulations(file, MANY);
    const server = await start(ours(program, ['--data', file]));
    const { path, headers } = reads(
      `/api/v3/simulations/?limit=50&${query}`,
      keyOf(await castOf(server.url), 'air-admin'),
    );
    /** @type {number[]} */
    const times = [];
    for (let turn = 0; turn < PAGES; turn++) {
      const begin = performance.now();
      const answer = await fetch(`${server.url}${path}`, { headers });
      await answer.text();
      times.push(performance.now() - begin);
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    }
    await server.stop();
    return { figures: [{ label: 'ms', value: median(times) }], detail: '' };
  };
}
