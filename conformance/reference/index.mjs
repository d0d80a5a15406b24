// @ts-check
/** Writes a vendor's published interface as a reference document, and prints the changes. */
import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pruned } from '../../scripts/documents/pruned.mjs';
import { profilesOf } from '../../scripts/documents/versions.mjs';
import { mergedDocuments } from '../../scripts/documents.mjs';
import { operationsOf } from '../../scripts/import/operations.mjs';
import { readSpec } from '../../scripts/import/read.mjs';
import {
  applyBaseline,
  compareDocuments,
  formatDifferences,
  parseOpenApi,
  readBaseline,
  UserError,
} from './comparison.mjs';
import { correct, factsOf } from './facts.mjs';
import { springDocument } from './java/spring.mjs';
import { wordless } from './wordless.mjs';

const ROOT = new URL('../../', import.meta.url);
const FOLDER = 'conformance/published/';
const MAX_BYTES = 64 * 1024 * 1024;

/** @typedef {{ title: string, read: (path: string, served: any) => Promise<any> }} Kind */

/** @type {Record<string, Kind>} */
const KINDS = {
  'air.2.0': { title: 'NVIDIA Air', read: (path) => airDocument(path) },
  nak: { title: 'NVIDIA API Keys', read: (path) => springOf(path, 'api-keys') },
  nvcf: { title: 'NVIDIA Cloud Functions', read: (path) => springOf(path, 'cloud-functions') },
  nvct: { title: 'NVIDIA Cloud Tasks', read: (path) => springOf(path, 'cloud-tasks') },
  'runai.2.24': { title: 'NVIDIA Run:ai', read: openApiDocument },
};

/**
 * Creates and writes the reference document for the sources at a path, and prints the changes.
 *
 * @param {string} name such as `runai.2.24`
 * @param {string} path a document or a folder of sources
 * @throws {UserError}
 */
export async function importReference(name, path) {
  const kind = KINDS[name];
  if (kind === undefined) {
    throw new UserError(
      `Unknown reference \`${name.slice(0, 50)}\`; expected one of ${Object.keys(KINDS).join(', ')}.`,
    );
  }
  if ((await stat(path).catch(() => null)) === null) throw new UserError(`${path} does not exist.`);
  const served = await servedDocument(name);
  const { openapi, info, ...rest } = await kind.read(path, served);
  const version = (await commitOf(path)) ?? info?.version ?? 'unknown';
  const made = { openapi, info: { title: kind.title, version }, ...rest };
  correct(made, await factsOf(name));
  const document = inOrder(pruned(made));
  const file = new URL(`${FOLDER}${name}.json`, ROOT);
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => JSON.stringify({ ...document, paths: {} })));
  await writeFile(file, `${jsonText(document)}\n`);
  console.log((await changesOf({ name, before, document, served })).join('\n'));
  console.log(`Wrote ${FOLDER}${name}.json`);
}

/** Sorts a document, so that the diff to a newer one is small. @param {any} document */
function inOrder({ paths, components, ...rest }) {
  const sorted = (/** @type {any} */ named) =>
    Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1)));
  const kinds = Object.entries(components).map(([kind, named]) => [kind, sorted(named)]);
  return { ...rest, paths: sorted(paths), components: Object.fromEntries(kinds) };
}

/** @param {string} name */
async function servedDocument(name) {
  const [service = '', ...version] = name.split('.');
  const merged = new Map(await mergedDocuments()).get(service);
  return version.length === 0 ? merged : new Map(profilesOf(merged)).get(version.join('.'));
}

/** @param {string} path */
async function commitOf(path) {
  const folder = (await stat(path)).isDirectory() ? path : join(path, '..');
  const run = promisify(execFile)('git', ['-C', folder, 'rev-parse', '--short=8', 'HEAD']);
  return run.then(({ stdout }) => stdout.trim()).catch(() => null);
}

/**
 * Keeps only operations that are served, because a vendor's document may be much larger.
 *
 * @param {string} path
 * @param {any} served
 */
async function openApiDocument(path, served) {
  const document = await readSpec(path);
  const names = new Set([...operationsOf(served).keys()].map(nameless));
  const isWanted = (/** @type {string} */ method, /** @type {string} */ of) =>
    names.has(nameless(`${method.toUpperCase()} ${of}`));
  return { openapi: document.openapi, info: document.info, ...wordless(document, isWanted) };
}

/** @param {string} name */
function nameless(name) {
  return name.replaceAll(/\{[^{}]*\}/g, '{}').replace(/\/$/, '');
}

/** @param {string} path the repository, or a folder of sources @param {string} service */
async function springOf(path, service) {
  const isThere = async (/** @type {string} */ folder) => (await stat(folder).catch(() => null)) !== null;
  const services = join(path, 'src/control-plane-services');
  if (!(await isThere(services))) return springDocument([path]);
  const folders = [join(services, service), join(path, 'src/libraries/java')];
  for (const folder of folders) {
    if (await isThere(folder)) continue;
    throw new UserError(`${folder} is missing. Give a complete clone of the repository, or a folder of sources.`);
  }
  return springDocument(folders);
}

/** @param {string} path the repository or the package */
async function airDocument(path) {
  const within = join(path, 'src/air_sdk');
  const folder = (await stat(within).catch(() => null)) === null ? path : within;
  const script = fileURLToPath(new URL('air-sdk.py', import.meta.url));
  const ran = promisify(execFile)('python3', ['-B', script, folder], { maxBuffer: MAX_BYTES });
  const { stdout } = await ran.catch((thrown) => {
    const [last] = String(thrown.stderr ?? thrown.message)
      .trim()
      .split('\n')
      .slice(-1);
    throw new UserError(`${path} cannot be read as the Air SDK: ${last}`);
  });
  return JSON.parse(stdout);
}

/** @param {{ name: string, before: any, document: any, served: any }} given */
async function changesOf({ name, before, document, served }) {
  const compare = async (/** @type {any} */ theirs, /** @type {any} */ ours) =>
    (await compareDocuments(parseOpenApi(theirs, 'the reference'), parseOpenApi(ours, name))).differences;
  const namesIn = (/** @type {any} */ one) =>
    new Map([...operationsOf(one).keys()].map((key) => /** @type {const} */ ([nameless(key), key])));
  const [had, has] = [namesIn(before), namesIn(document)];
  const added = [...has].filter(([key]) => !had.has(key));
  const removed = [...had].filter(([key]) => !has.has(key));
  const kept = (await compare(document, before)).filter((/** @type {any} */ { id }) => !/: (?:method|path)$/.test(id));
  const file = `openapi/${name.replace(/\..*$/, '')}/baseline.json`;
  const text = await readFile(new URL(file, ROOT), 'utf8').catch(() => '{"differences":[]}');
  const found = await compare(document, served);
  const { failing } = applyBaseline(found, readBaseline(JSON.parse(text), file), name, file);
  return [
    `${name}, operations: ${has.size}; added: ${added.length}; removed: ${removed.length}; other changes: ${kept.length}`,
    ...added.map(([, key]) => `  added    ${key}`),
    ...removed.map(([, key]) => `  removed  ${key}`),
    // Worded as in `verify`, where "mock" is the previous reference.
    ...formatDifferences(kept, false).map((/** @type {string} */ line) => `  ${line}`),
    `differences from the served document: ${found.length}; not in ${file}: ${failing.length}`,
  ];
}

/**
 * Formats JSON like the project's formatter: short lists on one line.
 *
 * @param {unknown} value
 * @param {string} [indent]
 * @param {number} [taken] columns before the value on its line
 * @returns {string}
 */
function jsonText(value, indent = '', taken = 0) {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const flat = `[${value.map((one) => JSON.stringify(one)).join(', ')}]`;
    const isShort = value.every((one) => typeof one !== 'object') && indent.length + taken + flat.length < 120;
    if (isShort) return flat;
    return `[\n${value.map((one) => `${deeper}${jsonText(one, deeper)}`).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).map(([key, one]) => {
    const name = `${JSON.stringify(key)}: `;
    return `${deeper}${name}${jsonText(one, deeper, name.length)}`;
  });
  return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n${indent}}`;
}
