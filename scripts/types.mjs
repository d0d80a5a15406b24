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

/** Every declaration that an entry point leads to. */
function declarations() {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram(
    ENTRIES.map((entry) => `${ROOT}src/${entry}.ts`),
    { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: TARGET, rootDir: `${ROOT}src` },
  );
  /** @type {Map<string, string>} */
  const emitted = new Map();
  program.emit(undefined, (path, text) => emitted.set(resolve(path), text));
  /** @type {Map<string, string>} */
  const reached = new Map();
  const waiting = ENTRIES.map((entry) => `${TARGET}${entry}.d.ts`);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const text = emitted.get(resolve(path));
    if (text === undefined) throw new Error(`${path} is needed, and was not made`);
    if (reached.has(path)) continue;
    for (const [, target] of text.matchAll(/from '(\.[^']+)\.ts'/g))
      waiting.push(resolve(dirname(path), `${target}.d.ts`));
    reached.set(path, text.replaceAll(/(from '\.[^']+)\.ts'/g, "$1.js'"));
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
for (const [path, text] of [...declarations(), ...(await bodies())]) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
