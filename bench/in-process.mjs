// @ts-check
/**
 * What worlds cost in the process that has them, reported to the parent as JSON.
 *
 * Usage: node --expose-gc bench/in-process.mjs cost | memory | direct | crowd
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundled } from './bundle.mjs';
import { FUNCTIONS, keyOf, tokenRequest } from './loads.mjs';

/** The build, with the types of its sources. */
const BUILT = new URL('../dist/index.js', import.meta.url).href;
const { startMock } = /** @type {typeof import('../src/index.ts')} */ (await import(BUILT));

const ROUNDS = 20;
const OF_A_ROUND = 50;
const STARTS = 15;
const HELD = 1000;
const CROWD = 10_000;
/** Milliseconds after which an image of a seed is made again: `FRESH` in src/worlds/images.ts. */
const STALE = 1000;
const NEW_WORLD = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };

/** @typedef {{ name: string, times: number[] }} Cost `times`: milliseconds of CPU, in all threads */
/** @typedef {{ name: string, bytes: number }} Holding memory of a world */

const MEASURES = { cost: costs, memory, direct, crowd };

const [what = 'cost'] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await MEASURES[/** @type {keyof typeof MEASURES} */ (what)]()));

/** @returns {Promise<Cost[]>} a start comes first */
async function costs() {
  const start = await startCost();
  const mock = await startMock();
  const byPost = async () => {
    const made = await mock.fetch('/_mock/worlds', NEW_WORLD);
    const { id } = /** @type {{ id: string }} */ (await made.json());
    return () => mock.worlds.delete(id);
  };
  const byLibrary = async () => {
    const world = await mock.world();
    return () => world.stop();
  };
  const world = await mock.world();
  const kinds = [
    { name: 'a world, by POST /_mock/worlds', act: byPost },
    { name: 'a world, by mock.world()', act: byLibrary },
    { name: 'a reset of a world', act: () => world.reset(), prepare: () => change(world) },
    { name: 'a reset of the default world', act: () => mock.reset(), prepare: () => change(mock) },
  ];
  const all = kinds.map(({ name }) => ({ name, times: /** @type {number[]} */ ([]) }));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, { act, prepare }] of kinds.entries()) {
      const time = await meanCost(act, prepare);
      if (round >= 0) all[index]?.times.push(time);
    }
  }
  const stale = { name: 'a world of a seed not used for a second', times: /** @type {number[]} */ ([]) };
  for (let round = 0; round < 5; round++) {
    await sleep(STALE + 100);
    const begin = process.cpuUsage();
    const end = await byPost();
    stale.times.push(since(begin));
    await end();
  }
  await mock.stop();
  return [start, ...all, stale];
}

/** A start, as in a test that has a server of its own. The first ones, which compile the code, do not count. */
async function startCost() {
  const times = [];
  for (let round = -2; round < STARTS; round++) {
    const begin = process.cpuUsage();
    const mock = await startMock();
    if (round >= 0) times.push(since(begin));
    await mock.stop();
  }
  return { name: 'a start, by startMock()', times };
}

/** The same without any request. @returns {Promise<Cost[]>} */
async function direct() {
  // The server finds the files of the package from a folder beside the build.
  const folder = await mkdtemp(fileURLToPath(new URL('../bench-', import.meta.url)));
  const { buildServer, readOptions } = /** @type {typeof import('./server-sources.ts')} */ (
    await bundled('server-sources.ts', folder)
  );
  const { worlds, close } = await buildServer({ effective: readOptions({ port: 0, logLevel: 'silent' }) });
  const { seed } = worlds.entry('default');
  const make = async () => {
    const origin = { kind: /** @type {const} */ ('seed'), seed };
    const { entry } = await worlds.create({ origin, credentials: 'own', ttl: null });
    return entry.world;
  };
  const world = await make();
  const byCreate = async () => {
    const { id } = await make();
    return () => worlds.delete(id);
  };
  const kinds = [
    { name: 'a world, without a request', act: byCreate },
    {
      name: 'a reset of a world, without a request',
      act: () => world.reset(),
      prepare: () => world.store.settings.set('bench', 'changed'),
    },
  ];
  const all = kinds.map(({ name }) => ({ name, times: /** @type {number[]} */ ([]) }));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, { act, prepare }] of kinds.entries()) {
      const time = await meanCost(act, prepare);
      if (round >= 0) all[index]?.times.push(time);
    }
  }
  await close();
  await rm(folder, { recursive: true });
  return all;
}

/**
 * The mean of a round, including whatever garbage is collected meanwhile.
 *
 * @param {() => Promise<unknown>} act if it returns a function, that is called after the round
 * @param {() => Promise<unknown>} [prepare]
 * @returns {Promise<number>} milliseconds of CPU
 */
async function meanCost(act, prepare = async () => {}) {
  let sum = 0;
  const ends = [];
  for (let number = 0; number < OF_A_ROUND; number++) {
    await prepare();
    const begin = process.cpuUsage();
    const end = await act();
    sum += since(begin);
    if (typeof end === 'function') ends.push(end);
  }
  for (const end of ends) await end();
  return sum / OF_A_ROUND;
}

/** Something for a reset to undo. @param {import('../src/library/world.ts').World} world */
async function change(world) {
  const made = await world.fetch('/api/v3/simulations/', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${world.key('air-admin')}` },
    body: '{"name":"bench"}',
  });
  if (made.status !== 201) throw new Error(`simulation: ${made.status} ${await made.text()}`);
}

/** @returns {Promise<Holding[]>} */
async function memory() {
  const mock = await startMock();
  // What the first worlds leave behind, above all compiled code, does not count as memory of the others.
  const first = await worlds(mock, 50);
  await useEach(mock, first);
  for (const { id } of first) await mock.worlds.delete(id);
  const before = await resident();
  const held = await worlds(mock, HELD);
  const made = await resident();
  await useEach(mock, held);
  const used = await resident();
  await mock.stop();
  return [
    { name: 'a world, never used', bytes: (made - before) / HELD },
    { name: 'a world, used once', bytes: (used - before) / HELD },
  ];
}

/** Worlds with credentials of their own, of which each grants one token, by these. @returns {Promise<Holding[]>} */
async function crowd() {
  const mock = await startMock({ maxWorlds: CROWD });
  const before = await resident();
  for (let number = 0; number < CROWD; number++) {
    const { cast } = /** @type {any} */ (await (await mock.fetch('/_mock/worlds', NEW_WORLD)).json());
    const { accessKey } = cast.runai.users.find((/** @type {any} */ user) => user.accessKey !== undefined);
    const answer = await mock.fetch('/api/v1/token', {
      ...NEW_WORLD,
      body: JSON.stringify(tokenRequest(accessKey)),
    });
    if (answer.status !== 200) throw new Error(`token: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  }
  const bytes = ((await resident()) - before) / CROWD;
  await mock.stop();
  return [{ name: `a world, one of ${CROWD} that granted a token`, bytes }];
}

/** @param {import('../src/library/world.ts').Mock} mock @param {number} count */
async function worlds(mock, count) {
  const made = [];
  for (let number = 0; number < count; number++) {
    const { id, cast } = /** @type {any} */ (await (await mock.fetch('/_mock/worlds', NEW_WORLD)).json());
    made.push({ id, key: keyOf(cast, 'nvcf-full-access') });
  }
  return made;
}

/** @param {import('../src/library/world.ts').Mock} mock @param {readonly { id: string, key: string }[]} worlds */
async function useEach(mock, worlds) {
  for (const { id, key } of worlds) {
    const answer = await mock.fetch(`/w/${id}${FUNCTIONS}`, { headers: { authorization: `Bearer ${key}` } });
    if (answer.status !== 200) throw new Error(`functions of ${id}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  }
}

/** Memory in use after everything unneeded was released: what the process has from the system follows it slowly. */
async function resident() {
  for (let round = 0; round < 3; round++) {
    await sleep(50);
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** @param {NodeJS.CpuUsage} begin @returns {number} milliseconds */
function since(begin) {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}
