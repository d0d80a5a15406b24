// @ts-check
/**
 * The types of what the documents say: parameters, queries, bodies and answers of every operation, for its handler
 * (`src/contract/documented.ts`). Of all versions together: what only some have may be missing.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { mergedDocuments } from './documents.mjs';
import { ofAllVersions } from './handler-types/all-versions.mjs';
import { operationTypes } from './handler-types/operations.mjs';

/** Ignored by git, and not in the package. */
const TARGET = new URL('../generated/', import.meta.url);

/** Everything that the types follow from. */
const SOURCES = ['../openapi/', './documents/', './handler-types/'];

/** Writes the types. Does nothing where what they follow from is as it was the last time. */
export async function writeHandlerTypes() {
  const mark = `// ${await hashOfSources()}\n`;
  const index = new URL('documents.ts', TARGET);
  if ((await readFile(index, 'utf8').catch(() => '')).startsWith(mark)) return;

  const documents = await mergedDocuments();
  const written = (await Promise.all(documents.map(([name, document]) => filesOf(name, document)))).flat();
  await rm(TARGET, { recursive: true, force: true });
  await mkdir(TARGET, { recursive: true });
  await Promise.all(written.map(([file, text]) => writeFile(new URL(file, TARGET), text)));
  // The last one, because it says that the others are there.
  await writeFile(index, mark + indexOf(documents.map(([name]) => name)));
}

async function hashOfSources() {
  const hash = createHash('sha256').update(await readFile(fileURLToPath(import.meta.url)));
  for (const folder of SOURCES) {
    const root = new URL(folder, import.meta.url);
    const files = (await readdir(root, { recursive: true })).filter((file) => /\.(json|mjs)$/.test(file)).sort();
    for (const file of files) hash.update(`\0${file}\0`).update(await readFile(new URL(file, root)));
  }
  return hash.digest('hex');
}

/**
 * The schemas of a service as they are, and its operations as handlers see them.
 *
 * @param {string} name
 * @param {any} document
 * @returns {Promise<[file: string, text: string][]>}
 */
async function filesOf(name, document) {
  // Loaded here, because it takes longer than to find that there is nothing to do.
  const { default: openapiTS, astToString } = await import('openapi-typescript');
  const whole = ofAllVersions(document);
  // What has a default is not filled in, so it may be missing.
  const types = await openapiTS(whole, { immutable: true, defaultNonNullable: false });
  return [
    [`${name}.document.d.ts`, astToString(types)],
    [`${name}.ts`, operationTypes(name, whole)],
  ];
}

/** @param {readonly string[]} names */
function indexOf(names) {
  const imports = names.map((name) => `import type * as ${name} from './${name}.ts';\n`);
  const members = names.map((name) => `  ${name}: { operations: ${name}.Operations; schemas: ${name}.Schemas };\n`);
  return `${imports.join('')}\nexport interface Documents {\n${members.join('')}}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeHandlerTypes();
