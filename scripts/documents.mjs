// @ts-check
/** Turns the OpenAPI files of each service into the documents that are served and used for validation. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { castExamplesOf, withCastExamples } from './documents/cast-examples.mjs';
import { withEnums } from './documents/enums.mjs';
import { withoutHandlerChecks, withoutMarks } from './documents/handler-checks.mjs';
import { withOrderings } from './documents/list-members.mjs';
import { mergeDocuments } from './documents/merge.mjs';
import { prepared } from './documents/prepared.mjs';
import { pruned } from './documents/pruned.mjs';
import { withStatusesOfOurs } from './documents/vendor-statuses.mjs';
import { profilesOf } from './documents/versions.mjs';
import { fromSource } from './from-source.mjs';

const SOURCE = new URL('../openapi/', import.meta.url);
const TARGET = new URL('../dist/openapi/', import.meta.url);

/** Has the ids that no world may have. */
const WORLD_IDS = new URL('../src/lib/world-id.ts', import.meta.url);

/** Next to the documents: accepted differences from the vendor's document, for `verify --baseline`. */
const BASELINE = 'baseline.json';

/** The server's input: operations in `air.json`, and the schemas for validation in `air.schemas.json`. */
const PREPARED = new URL('../dist/operations/', import.meta.url);

/**
 * Writes the document of every service, or of each version: the served form to `dist/openapi`, and the server's input to
 * `dist/operations`. Also writes documents with all versions, for types.
 */
export async function buildDocuments() {
  const [documents, operations] = await Promise.all([folderOf(TARGET), folderOf(PREPARED)]);
  for (const [name, merged] of await mergedDocuments()) {
    const versions = profilesOf(merged).map(([version, document]) => ({ name: `${name}.${version}`, document }));
    const whole = { name, document: merged };
    const [examples, baseline] = await Promise.all([castExamplesOf(name), baselineOf(name)]);
    for (const { name, document } of [whole, ...versions]) {
      await documents.write(name, served(withCastExamples(document, examples, name)));
    }
    for (const { name, document } of versions.length > 0 ? versions : [whole]) {
      const { operations: facts, schemas } = prepared(withoutHandlerChecks(document));
      await operations.write(name, withStatusesOfOurs(facts, baseline));
      await operations.write(`${name}.schemas`, schemas);
    }
  }
  await Promise.all([documents.removeOthers(), operations.removeOthers()]);
}

/**
 * Returns a document for readers and tools, without the parts that only the server needs.
 *
 * @param {any} document
 */
function served({ 'x-errors': _, 'x-removed': __, ...document }) {
  return pruned(withoutMarks(document));
}

/**
 * Returns the document with all versions of every service.
 *
 * @returns {Promise<[name: string, document: any][]>}
 */
export async function mergedDocuments() {
  const services = (await readdir(SOURCE, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  /** @type {[name: string, document: any][]} */
  const merged = await Promise.all(
    services.map(async ({ name }) => [name, withOrderings(mergeDocuments(await fragmentsOf(name)))]),
  );
  const { RESERVED_WORLD_IDS } = await fromSource(WORLD_IDS);
  return withEnums(merged, RESERVED_WORLD_IDS);
}

/**
 * Reads a service's accepted differences from the vendor's document; undefined if the vendor publishes none.
 *
 * @param {string} service
 */
async function baselineOf(service) {
  const file = new URL(`${service}/${BASELINE}`, SOURCE);
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
}

/**
 * Reads the files of a service's document.
 *
 * @param {string} service
 */
async function fragmentsOf(service) {
  const folder = new URL(`${service}/`, SOURCE);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && name !== BASELINE).sort();
  return Promise.all(
    names.map(async (name) => ({
      name: `openapi/${service}/${name}`,
      document: JSON.parse(await readFile(new URL(name, folder), 'utf8')),
    })),
  );
}

/**
 * Opens a folder of the build. Old files are removed after the new ones are written.
 *
 * @param {URL} folder
 */
async function folderOf(folder) {
  await mkdir(folder, { recursive: true });
  /** @type {string[]} */
  const written = [];
  return {
    /** @type {(name: string, value: object) => Promise<void>} */
    write: async (name, value) => {
      written.push(`${name}.json`);
      await writeFile(new URL(`${name}.json`, folder), JSON.stringify(value));
    },
    removeOthers: async () => {
      const old = (await readdir(folder)).filter((file) => !written.includes(file));
      await Promise.all(old.map((file) => rm(new URL(file, folder))));
    },
  };
}
