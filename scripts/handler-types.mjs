// @ts-check
/**
 * Generates types from the documents: parameters, queries, bodies and responses of every operation for its handler
 * (`src/contract/documented.ts`), and the control API's types and calls for the library. They cover all versions, so
 * members that only some versions have are optional. Also generates schemas and enum values for the schemas of seeds, and
 * the members of results for sorting and searching lists.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { withoutHandlerChecks, withoutMarks } from './documents/handler-checks.mjs';
import { listMembersOf } from './documents/list-members.mjs';
import { mergedDocuments } from './documents.mjs';
import { fingerprintOf } from './fingerprint.mjs';
import { ofAllVersions } from './handler-types/all-versions.mjs';
import { enumsOf } from './handler-types/enums.mjs';
import { operationTypes } from './handler-types/operations.mjs';
import { schemasModule } from './handler-types/schemas.mjs';

/** Ignored by git, and not part of the package. */
const TARGET = new URL('../generated/', import.meta.url);

/** Everything that determines the types. */
const SOURCES = ['scripts/handler-types.mjs', 'openapi/', 'scripts/documents/', 'scripts/handler-types/'];

/** Writes the types, unless their sources are unchanged. */
export async function writeHandlerTypes() {
  const mark = `// ${await fingerprintOf(SOURCES, /\.(?:json|mjs)$/)}\n`;
  const index = new URL('documents.ts', TARGET);
  if ((await readFile(index, 'utf8').catch(() => '')).startsWith(mark)) return;

  const documents = await mergedDocuments();
  const written = (await Promise.all(documents.map(([name, document]) => filesOf(name, document)))).flat();
  await rm(TARGET, { recursive: true, force: true });
  await mkdir(TARGET, { recursive: true });
  await Promise.all(written.map(([file, text]) => writeFile(new URL(file, TARGET), text)));
  await writeFile(new URL('library.ts', TARGET), await libraryFile(documents));
  // Written last, because it marks the others as complete.
  await writeFile(index, mark + indexOf(documents.map(([name]) => name)));
}

/**
 * Generates the files of a service.
 *
 * @param {string} name
 * @param {any} document
 * @returns {Promise<[file: string, text: string][]>}
 */
async function filesOf(name, document) {
  // Loaded on demand, because it is slow and rarely needed.
  const { default: openapiTS, astToString } = await import('openapi-typescript');
  // Handlers get the values that they have to check themselves.
  const whole = ofAllVersions(withoutHandlerChecks(document));
  // Defaults are not applied, so members with a default may still be missing.
  const types = await openapiTS(whole, { immutable: true, defaultNonNullable: false });
  return [
    [`${name}.document.d.ts`, astToString(types)],
    [`${name}.ts`, operationTypes(name, whole)],
    [`${name}.enums.ts`, `export const ENUMS = ${JSON.stringify(enumsOf(whole), null, 2)} as const;\n`],
    [`${name}.schemas.ts`, schemasModule(ofAllVersions(withoutMarks(document)))],
    [`${name}.lists.ts`, `export const LISTS = ${JSON.stringify(kindsOf(whole), null, 2)} as const;\n`],
  ];
}

/**
 * Returns the kinds of the members of results, by operation.
 *
 * @param {any} document
 */
function kindsOf(document) {
  const lists = Object.entries(listMembersOf(document)).map(([id, members]) => [
    id,
    Object.fromEntries(Object.entries(members).map(([name, { kind }]) => [name, kind])),
  ]);
  return Object.fromEntries(lists);
}

/** @param {readonly [name: string, document: any][]} documents */
async function libraryFile(documents) {
  const { libraryTypes } = await import('./handler-types/library.mjs');
  const { control, ...emulated } = Object.fromEntries(documents);
  return libraryTypes(ofAllVersions(withoutHandlerChecks(control)), Object.entries(emulated));
}

/** @param {readonly string[]} names */
function indexOf(names) {
  const imports = names.map((name) => `import type * as ${name} from './${name}.ts';\n`);
  const members = names.map((name) => `  ${name}: { operations: ${name}.Operations; schemas: ${name}.Schemas };\n`);
  return `${imports.join('')}\nexport interface Documents {\n${members.join('')}}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeHandlerTypes();
