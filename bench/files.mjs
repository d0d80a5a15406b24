// @ts-check
/**
 * Creates data files that would take too long to fill with requests. They are filled through the server's store, so this
 * does not depend on the file format.
 */
import { bundled } from './bundle.mjs';
import { ours, start } from './processes.mjs';

/** The number of rows per commit. */
const BATCH = 5000;
const KEYS_OF_A_USER = 20;

/** @typedef {typeof import('./sources.ts')} Sources */
/** @typedef {import('../src/store/collections.ts').Collections} Collections */
/** @typedef {import('../src/store/row.ts').Row} Row */

/** @type {Promise<Sources> | undefined} */
let loaded;

/** Creates a data file with the built-in seed. @param {string} file */
export async function make(file) {
  await (await start(ours(process.execPath, ['--data', file]))).stop();
}

/**
 * Creates a data file with access keys, twenty per user.
 *
 * @param {string} file
 * @param {number} count
 */
export async function makeWithAccessKeys(file, count) {
  await make(file);
  await change(file, async (collections, { createAccessKeyRow, createBlankIdentity, createIdentityRow }) => {
    const users = Array.from({ length: count / KEYS_OF_A_USER }, (_, number) => createBlankIdentity(userOf(number)));
    const keys = Array.from({ length: count }, (_, number) => accessKeyOf(number));
    await put(collections, [...users.map(createIdentityRow), ...keys.map(createAccessKeyRow)]);
  });
}

/** @param {number} number */
function userOf(number) {
  const id = `bench-user-${number}`;
  return { id, kind: /** @type {const} */ ('user'), name: `${id}@acme.test`, createdBy: null, createdAt: 0 };
}

/** @param {number} number @returns {import('../src/services/runai/collections/access-keys.ts').AccessKey} */
function accessKeyOf(number) {
  const owner = userOf(Math.floor(number / KEYS_OF_A_USER));
  return {
    id: `bench-key-${number}`,
    owner: owner.id,
    createdBy: owner.name,
    name: `key-${number}`,
    clientId: `bench-client-${number}`,
    secretHash: 'x',
    createdAt: 0,
  };
}

/**
 * Adds copies of a service key.
 *
 * @param {string} file
 * @param {string} id
 * @param {number} count
 */
export async function addServiceKeys(file, id, count) {
  await change(file, async (collections, { NGC_KEYS, NGC_POLICIES, createKeyRows }) => {
    const key = await NGC_KEYS.byId(collections, id);
    const [first] = await NGC_POLICIES.ofParent(collections, id);
    if (key === null || first === undefined) throw new Error(`${file} has no service key ${id}`);
    const policy = first.body;
    const others = Array.from({ length: count }, (_, number) =>
      createKeyRows({
        ...key.body,
        id: `bench-${number}`,
        name: `bench-${number}`,
        secretHash: `hash-${number}`,
        policy,
      }),
    );
    await put(collections, others.flat());
  });
}

/**
 * Creates a data file with copies of a simulation of the seed, in one organisation, and no other data of Air.
 *
 * @param {string} file
 * @param {number} count
 */
export async function makeWithSimulations(file, count) {
  await make(file);
  await change(file, async (collections, { createRow, collectionOf, SIMULATIONS }) => {
    const [like] = await collectionOf(SIMULATIONS).all(collections);
    if (like === undefined) throw new Error('the built-in seed has no simulation');
    await removeAll(collections, 'air.');
    const simulations = Array.from({ length: count }, (_, number) => {
      const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
      const times = { created: number, modified: number };
      const members = { ...like.body.members, name: `bench-${number}`, state: /** @type {const} */ ('INACTIVE') };
      return createRow(SIMULATIONS, { id, owner: like.owner }, times, { members });
    });
    await put(collections, simulations);
  });
}

/** @param {Collections} collections @param {string} prefix of the collection names */
async function removeAll(collections, prefix) {
  for (const collection of Object.keys(await collections.counts())) {
    if (!collection.startsWith(prefix)) continue;
    const rows = collections.rowsOf(collection).all;
    await collections.commit(rows.map(({ id }) => ({ kind: 'remove', collection, id })));
  }
}

/** @param {Collections} collections @param {readonly Row[]} rows */
async function put(collections, rows) {
  for (let at = 0; at < rows.length; at += BATCH) {
    await collections.commit(rows.slice(at, at + BATCH).map((row) => ({ kind: 'put', row })));
  }
}

/**
 * Changes a file that isn't open in a server.
 *
 * @param {string} file
 * @param {(collections: Collections, sources: Sources) => Promise<void>} act
 */
async function change(file, act) {
  // The build contains them as well, but without stable names.
  loaded ??= bundled('sources.ts');
  const sources = await loaded;
  const memory = new sources.StateMemory(new sources.Quota(Number.MAX_SAFE_INTEGER));
  const storage = await sources.openStorage(file, memory, sources.createMachineClock(), { onWait: () => {}, maxMs: 0 });
  const store = storage.open('default');
  try {
    await act(store.collections, sources);
  } finally {
    await storage.close();
  }
}
