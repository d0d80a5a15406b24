// @ts-check
/**
 * Generates types from the documents: parameters, queries, bodies and answers of every operation, for its handler
 * (`src/contract/documented.ts`), and the types of the control API that the library publishes. They cover all versions
 * together: members that only some have are optional. Also writes schemas and the values of enums, for schemas of seeds,
 * and the members of results, for lists that are sorted and searched by them.
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

/** Writes the types. Does nothing if their sources are the same as the last time. */
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
  // Written last, because it says that the others are complete.
  await writeFile(index, mark + indexOf(documents.map(([name]) => name)));
}

/**
 * The schemas of a service, and its operations as handlers see them.
 *
 * @param {string} name
 * @param {any} document
 * @returns {Promise<[file: string, text: string][]>}
 */
async function filesOf(name, document) {
  // Loaded here, because that takes longer than finding out that there is nothing to do.
  const { default: openapiTS, astToString } = await import('openapi-typescript');
  // An operation gets whatever it has to check itself.
  const whole = ofAllVersions(withoutHandlerChecks(document));
  // Defaults are not filled in, so members that have one may still be missing.
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
 * The kinds of the members of results, by operation.
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
