// @ts-check
/** The declarations of the package: of its entry points, and of the bodies of the emulated APIs. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TARGET = `${ROOT}dist/types/`;

/** Those of the package's `exports`. */
const ENTRIES = ['index', 'vitest', 'testcontainers'];

/** Those of them that can be required: TypeScript wants declarations of their own for them. */
const REQUIRABLE = ['index', 'testcontainers'];

/** The declarations of every source, by their paths. */
function emit() {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram(
    ENTRIES.map((entry) => `${ROOT}src/${entry}.ts`),
    { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: TARGET, rootDir: `${ROOT}src` },
  );
  /** @type {Map<string, string>} */
  const emitted = new Map();
  program.emit(undefined, (path, text) => emitted.set(resolve(path), text));
  return emitted;
}

/**
 * Every declaration that entry points lead to.
 *
 * @param {ReadonlyMap<string, string>} emitted
 * @param {readonly string[]} entries
 * @param {'js' | 'cjs'} kind of what is declared
 */
function declarations(emitted, entries, kind) {
  const ending = kind === 'js' ? '.d.ts' : '.d.cts';
  /** @type {Map<string, string>} */
  const reached = new Map();
  const waiting = entries.map((entry) => `${TARGET}${entry}`);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const text = emitted.get(resolve(`${name}.d.ts`));
    if (text === undefined) throw new Error(`${name}.d.ts is needed, and was not made`);
    if (reached.has(name + ending)) continue;
    for (const [, target] of text.matchAll(/from '(\.[^']+)\.ts'/g))
      waiting.push(resolve(dirname(name), String(target)));
    reached.set(name + ending, text.replaceAll(/(from '\.[^']+)\.ts'/g, `$1.${kind}'`));
  }
  return reached;
}

/** One file for each document: operations, parameters, bodies. */
async function bodies() {
  const documents = `${ROOT}dist/openapi/`;
  const names = (await readdir(documents)).map((file) => file.replace(/\.json$/, ''));
  return Promise.all(
    names.map(async (name) => {
      const document = JSON.parse(await readFile(`${documents}${name}.json`, 'utf8'));
      return /** @type {const} */ ([`${TARGET}apis/${name}.d.ts`, astToString(await openapiTS(document))]);
    }),
  );
}

await rm(TARGET, { recursive: true, force: true });
const emitted = emit();
const files = [
  ...declarations(emitted, ENTRIES, 'js'),
  ...declarations(emitted, REQUIRABLE, 'cjs'),
  ...(await bodies()),
];
for (const [path, text] of files) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
