// @ts-check
/** Generates the package's declarations: for its entry points, and for the bodies of the emulated APIs. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { installTestcontainers } from './tools.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TARGET = `${ROOT}dist/types/`;

/** The entry points in the package's `exports`. */
const ENTRIES = ['src/index', 'src/vitest', 'src/testcontainers', 'src/library/suite/setup'];

/** The entry points for `require`, which need separate declarations. */
const REQUIRABLE = ['src/index', 'src/testcontainers', 'src/library/suite/setup'];

/** Uses stderr, because npm prints the file name, or JSON, to stdout. @param {string} text */
function tell(text) {
  process.stderr.write(`${text}\n`);
}

/** Generates the declarations of every source, by path. */
function emit() {
  tell('- reading the sources');
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram(
    // All sources, because files that only augment modules are not imported anywhere. `http/docs` runs in browsers.
    ts.sys.readDirectory(`${ROOT}src`, ['.ts'], ['http/docs']),
    // No checks here: `npm run typecheck` does that, and it would double the time.
    {
      ...options,
      noEmit: false,
      noCheck: true,
      declaration: true,
      emitDeclarationOnly: true,
      outDir: TARGET,
      rootDir: ROOT,
    },
  );
  tell('- writing their declarations');
  /** @type {Map<string, string>} */
  const emitted = new Map();
  program.emit(undefined, (path, text) => emitted.set(resolve(path), text));
  return emitted;
}

/** The modules that declarations import or augment. */
const TARGETS = /(?:from |declare module |import\()(['"])(\.[^'"]+)\.ts\1/g;

/**
 * Returns the files that augment another file, by that file's path. It has to import them, because nothing else does.
 *
 * @param {ReadonlyMap<string, string>} emitted
 */
function additions(emitted) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const [path, text] of emitted) {
    for (const [, target] of text.matchAll(/declare module '(\.[^']+)\.ts'/g)) {
      const to = resolve(dirname(path), `${target}.d.ts`);
      found.set(to, [...(found.get(to) ?? []), path]);
    }
  }
  return found;
}

/**
 * Returns all declarations that are reachable from the entry points.
 *
 * @param {ReadonlyMap<string, string>} emitted
 * @param {readonly string[]} entries
 * @param {'js' | 'cjs'} kind of module
 */
function declarations(emitted, entries, kind) {
  const ending = kind === 'js' ? '.d.ts' : '.d.cts';
  const added = additions(emitted);
  /** @type {Map<string, string>} */
  const reached = new Map();
  const waiting = entries.map((entry) => `${TARGET}${entry}`);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const path = resolve(`${name}.d.ts`);
    const made = emitted.get(path);
    if (made === undefined) throw new Error(`${name}.d.ts is needed but was not generated`);
    const text = [...(added.get(path) ?? []).map((file) => importOf(path, file)), made].join('\n');
    if (reached.has(name + ending)) continue;
    for (const [, , target] of text.matchAll(TARGETS)) waiting.push(resolve(dirname(name), String(target)));
    reached.set(
      name + ending,
      text.replaceAll(TARGETS, (whole) => whole.replace(/\.ts(['"])$/, `.${kind}$1`)),
    );
  }
  return reached;
}

/** @param {string} path @param {string} file */
function importOf(path, file) {
  const target = relative(dirname(path), file).replace(/\.d\.ts$/, '.ts');
  return `import type {} from '${target.startsWith('.') ? target : `./${target}`}';`;
}

/** Generates a file for each document, with operations, parameters and bodies. */
async function bodies() {
  const documents = `${ROOT}dist/openapi/`;
  const names = (await readdir(documents)).map((file) => file.replace(/\.json$/, ''));
  /** @type {[path: string, text: string][]} */
  const files = [];
  for (const [index, name] of names.entries()) {
    tell(`- writing the bodies of ${name}, document ${index + 1} of ${names.length}`);
    const document = JSON.parse(await readFile(`${documents}${name}.json`, 'utf8'));
    files.push([`${TARGET}apis/${name}.d.ts`, astToString(await openapiTS(document))]);
  }
  return files;
}

tell('Generating the declarations of nv-auth-mock. This takes a minute, or a few on a slow machine:');
// Its types are in the declarations.
await installTestcontainers();
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
