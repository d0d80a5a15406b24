// @ts-check
/** Everything that is measured, each with its goals. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { answered, compare } from './compare.mjs';
import { compared, median } from './figures.mjs';
import { addServiceKeys, make, makeWithAccessKeys, makeWithSimulations } from './files.mjs';
import { firstView } from './first-view.mjs';
import { growth, waking } from './journal.mjs';
import { answerTo, castOf, FUNCTIONS, grants, KEY, keyOf, LOADS, reads, serviceKey } from './loads.mjs';
import { peer } from './peers.mjs';
import { freshSchema } from './postgres.mjs';
import { bare, ours, residentMemory, start } from './processes.mjs';
import { making, memory, speed } from './worlds.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MANY = 100_000;
const STARTS = 9;
const BUSY = 30;
const PAGES = 50;

/** @typedef {import('./loads.mjs').Load} Load */
/** @typedef {import('./compare.mjs').Side} Side */
/** @typedef {import('./processes.mjs').Server} Server */
/** @typedef {import('./figures.mjs').Goal} Goal */
/** The Node that is measured: `20`, the program; and a folder for files. @typedef {{ line: string, program: string, folder: string }} Bench */
/** @typedef {{ figures: import('./figures.mjs').Figure[], detail: string }} Measured */
/** @typedef {(bench: Bench) => Promise<Measured>} Measure */
/** @typedef {{ name: string, goals: readonly Goal[], measure: Measure }} Row */

const SIGN = grants(KEY);
/** A path at which every bare server sends its bytes. @type {Load} */
const SEND = { path: '/', method: 'GET', headers: {} };

/** @type {readonly Row[]} */
export const ROWS = [
  row('token grants / bare Fastify + jose', [rate(0.95), cpu(1.08)], ({ program }) =>
    compare([our('token grants', program), { server: bare(program, ['sign'], SIGN), load: async () => SIGN }]),
  ),
  row('token grants / oauth2-mock-server', [rate(2)], async ({ line, program }) => {
    /** @type {Load} */
    const load = {
      path: '/token',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=client_credentials&client_id=${KEY.clientId}&client_secret=${KEY.clientSecret}`,
    };
    const server = await peer('oauth2-mock-server', line, load);
    return compare([our('token grants', program), { server, load: async () => load }]);
  }),
  row('list of 20 access keys / bare Fastify', [rate(0.75)], besideBare('list of 20 access keys')),
  row('list of 20 access keys / Prism, one operation', [rate(4)], besidePrism('list of 20 access keys', 'runai')),
  row('list of 20 access keys / Prism, whole document', [], besidePrism('list of 20 access keys', 'runai', true)),
  row('decided list of functions / bare Fastify', [rate(0.85)], besideBare('decided list of functions')),
  row('list of simulations / Prism, one operation', [rate(4)], besidePrism('list of simulations', 'air')),
  row(`bare Fastify that is busy for ${BUSY} µs / bare Fastify`, [], ({ program }) =>
    compare([
      { server: bare(program, ['send', '--busy', `${BUSY}`], SEND, '{}'), load: async () => SEND },
      { server: bare(program, ['send'], SEND, '{}'), load: async () => SEND },
    ]),
  ),
  row('start / emulate', [time(1.5)], async ({ line, program }) => {
    const answer = reads('/.well-known/openid-configuration', '');
    return compareStarts([granting(ours(program)), await peer('emulate', line, answer)]);
  }),
  row('start / bare Fastify + jose', [time(1.2)], ({ program }) =>
    compareStarts([granting(ours(program)), bare(program, ['sign'], SIGN)]),
  ),
  row('start with a data file / bare Fastify + jose + the driver', [time(1.2)], async ({ program, folder }) => {
    const file = join(folder, 'start.db');
    await make(file);
    return compareStarts([
      granting(ours(program, ['--data', file])),
      bare(program, ['sign', '--data', join(folder, 'bare.db')], SIGN),
    ]);
  }),
  row('memory, idle', [{ label: 'MB', atMost: 70 }], async ({ program }) => {
    const server = await start(ours(program));
    await sleep(1000);
    const value = residentMemory(server.pid);
    await server.stop();
    return { figures: [{ label: 'MB', value }], detail: '' };
  }),
  row('memory, peak', [{ label: 'MB', atMost: 140 }], async ({ program }) => {
    const server = await start(ours(program));
    for (const [name, amount] of /** @type {const} */ ([
      ['token grants', 30_000],
      ['list of 20 access keys', 100_000],
    ])) {
      await answered(server.url, await LOADS[name](server.url), { amount });
    }
    const value = residentMemory(server.pid, 'VmHWM');
    await server.stop();
    return { figures: [{ label: 'MB', value }], detail: '' };
  }),
  row('memory over 1,000,000 requests', [{ label: 'growth', atMost: 1.05 }], growth),
  row('PostgreSQL: token grants / in memory', [cpu(1.05)], onPostgres('token grants')),
  row('PostgreSQL: list of 20 access keys / in memory', [cpu(1.05)], onPostgres('list of 20 access keys')),
  row('PostgreSQL: an NGC key made and deleted', [], changes),
  row('list of 20 access keys, 100,000 stored / none, in memory', [rate(0.8)], async ({ program, folder }) => {
    const file = join(folder, 'access-keys.db');
    await makeWithAccessKeys(file, MANY);
    const { load } = our('list of 20 access keys', program);
    return compare([{ server: ours(program, ['--data', file]), load }, our('list of 20 access keys', program)]);
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
  row('worlds: a new world / health', [cpu(2.5)], making),
  row('worlds: memory of one of 10,000 that granted a token', [{ label: 'kB', atMost: 8 }], memory),
  row('worlds: list of functions, by prefix, one of 1,000 / the only one', [cpu(1.1)], speed('prefix')),
  row('worlds: list of functions, by credential, one of 1,000 / the only one', [cpu(1.1)], speed('credential')),
  row('journal: 99 % of waiting verifications answer after', [{ label: 'ms', atMost: 20 }], waking),
  row('console: its first view / an empty page', [time(2)], firstView),
  row('CPU time of `npm test`', [{ label: 's', atMost: 80 }], tests),
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
  return { ...server, probe: SIGN };
}

/**
 * A load of this server and its answer.
 *
 * @param {keyof typeof LOADS} name
 * @param {string} program
 * @param {string} service whose document is read, too
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

/** @param {keyof typeof LOADS} name @returns {Measure} */
function besideBare(name) {
  return async ({ program }) => {
    const { load, answer } = await answerOf(name, program);
    return compare([our(name, program), { server: bare(program, ['send'], SEND, answer), load: async () => load }]);
  };
}

/**
 * Prism validates requests by our document, and sends the example in it: our answer. Its time grows with the number of
 * operations, so the goals are for documents with the one that is asked.
 *
 * @param {keyof typeof LOADS} name
 * @param {'runai' | 'air'} service
 * @param {boolean} [isWhole] whether the document has all operations
 * @returns {Measure}
 */
function besidePrism(name, service, isWhole = false) {
  return async ({ line, program, folder }) => {
    const { load, answer, document } = await answerOf(name, program, service);
    const { get } = document.paths[load.path];
    get.responses['200'].content['application/json'].example = JSON.parse(answer);
    if (!isWhole) document.paths = { [load.path]: { get } };
    const file = join(folder, `${service}.json`);
    await writeFile(file, JSON.stringify(document));
    const server = await peer('@stoplight/prism-cli', line, load, [file]);
    return compare([our(name, program), { server, load: async () => load }]);
  };
}

/** @param {keyof typeof LOADS} name @returns {Measure} */
function onPostgres(name) {
  return async ({ program }) =>
    compare([{ server: ours(program, ['--data', (await freshSchema()).url]), load: LOADS[name] }, our(name, program)]);
}

/** How many keys are made and deleted, one after the other. */
const CHANGES = 500;

/** What two changes take on PostgreSQL, one after the other. @type {Measure} */
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

/** The median time of a page of simulations out of many. @param {string} query @returns {Measure} */
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

/** @param {readonly [Server, Server]} servers @returns {Promise<Measured>} */
async function compareStarts(servers) {
  /** @type {[number[], number[]]} */
  const times = [[], []];
  /** @type {[number[], number[]]} */
  const used = [[], []];
  // The first start of each reads its files from the disk.
  for (let round = -1; round < STARTS; round++) {
    for (const index of /** @type {const} */ ([0, 1])) {
      const server = await start(servers[index]);
      const { cpu } = await server.usage();
      await server.stop();
      if (round < 0) continue;
      times[index].push(server.startedIn);
      used[index].push(cpu / 1000);
    }
  }
  const [time, cpu] = [compared(times), compared(used)];
  return {
    figures: [
      { label: 'time', value: time.ratio },
      { label: 'CPU', value: cpu.ratio },
    ],
    detail: `${time.one.toFixed(0)} / ${time.other.toFixed(0)} ms, CPU ${cpu.one.toFixed(0)} / ${cpu.other.toFixed(0)} ms`,
  };
}

/** With the Node for which native modules are installed here. @type {Measure} */
async function tests({ program }) {
  if (program !== process.execPath) throw new Error(`libraries are installed for Node ${process.versions.node}`);
  const child = spawn('sh', ['-c', 'npx --no-install vitest run >/dev/null 2>&1; code=$?; times; exit $code'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`npm test: exit ${code}`);
  // The second line of `times` is about children: `1m2.5s 0m3.5s`.
  const [, children = ''] = output.trim().split('\n');
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return { figures: [{ label: 's', value: times.reduce((sum, one) => sum + one, 0) }], detail: '' };
}
