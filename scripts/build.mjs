// @ts-check
/** Everything that can be prepared before the start: the documents, and the code in a few files. */
import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { buildConsole } from '../console/build.mjs';
import { bundledOf, noticesOf } from './bundled.mjs';
import { buildDocuments } from './documents.mjs';
import { fingerprintOf } from './fingerprint.mjs';
import { fromSource } from './from-source.mjs';
import { writeHandlerTypes } from './handler-types.mjs';
import { sbomOf } from './sbom.mjs';

/** The tests of a workspace build from its folder, and source maps name the sources from here. */
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const DIST = new URL('../dist/', import.meta.url);

/** Everything that determines the build, and the fingerprint it had. */
const INPUTS = [
  'src/',
  'conformance/src/',
  'console/src/',
  'console/build.mjs',
  'openapi/',
  'scripts/',
  'package.json',
  'package-lock.json',
];
const MARK = new URL('.built', DIST);

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));

/** Swagger UI as included in Fastify's plugin, because the vendor's own package reports its installations. */
const SWAGGER_UI = new URL('../node_modules/@fastify/swagger-ui/', import.meta.url);

/** What programs import, both with `require` and with `import`. */
const FACADES = ['index', 'testcontainers'];

/** The command is no ES module, because Node would load a second loader for it, which takes 5 ms. */
const ENTRIES = ['main', ...FACADES];

/** Available only as an ES module: the fixtures of a runner that is one itself. */
const MODULES = ['vitest'];

/** Left out of the bundle: the native module, and what users install themselves. */
const EXTERNAL = ['better-sqlite3', 'pg', 'vitest'];

/**
 * What tests replace in the process of their app, and what the bundled libraries use instead, all from
 * `platform/time.ts`.
 */
const MACHINE = {
  Date: 'RealDate',
  performance: 'performance',
  queueMicrotask: 'queueMicrotask',
  'process.nextTick': 'nextTick',
  setTimeout: 'setTimeout',
  setInterval: 'setInterval',
  setImmediate: 'setImmediate',
  clearTimeout: 'clearTimeout',
  clearInterval: 'clearInterval',
  clearImmediate: 'clearImmediate',
};

/**
 * Node keeps the text of a file with a byte for each character, or with two if only one of them is not ASCII.
 *
 * @type {import('rolldown').Plugin}
 */
const inAscii = {
  name: 'in-ascii',
  // The last step: the one before it, which leaves out comments, writes characters again that were escaped.
  generateBundle: (_options, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped);
    }
  },
};

/** @param {string} unit of UTF-16 */
function escaped(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** @param {string} name */
function source(name) {
  return fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
}

export async function build() {
  // On stderr, because the server that is started after it is read on stdout.
  process.stderr.write('Building nv-auth-mock, which takes some seconds and is done once for each change.\n');
  // Written last, because it says that the rest is complete.
  await rm(MARK, { force: true });
  const mark = await fingerprintOf(INPUTS);
  await writeHandlerTypes();
  const { output: modules, needed } = await buildModules();
  const core = await buildCore(needed);
  const facades = await writeFacades(core);
  const output = [...core, ...modules];
  const pages = await buildConsole(new URL('console/', DIST));
  const bundled = await bundledOf([
    ...output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : [])),
    ...pages,
  ]);
  await writeFile(new URL(NOTICES, DIST), noticesOf(bundled));
  await writeFile(new URL(SBOM, DIST), await billOf(bundled));
  await writeFile(new URL(SEED_SCHEMA, DIST), await seedSchema());
  await removeAllBut([...output.map(({ fileName }) => fileName), ...facades, NOTICES, SBOM, SEED_SCHEMA]);
  await buildDocuments();
  await copySwaggerUi();
  await copyTheme();
  await linkCommand();
  await writeFile(MARK, mark);
}

/** Builds, unless that was done with the same sources and libraries. */
export async function buildIfChanged() {
  if ((await readFile(MARK, 'utf8').catch(() => '')) !== (await fingerprintOf(INPUTS))) await build();
}

/**
 * All code, as CommonJS, which everything can load, even jest in its default configuration. Libraries are bundled,
 * because finding and reading their files is a sixth of the start, and because every dependency of ours is one that all
 * users install.
 *
 * @param {ReadonlySet<string>} needed sources that ES modules import
 */
async function buildCore(needed) {
  const platform = source('platform/time');
  const bundle = await rolldown({
    cwd: ROOT,
    input: Object.fromEntries([...ENTRIES, ...needed].map((name) => [flat(name), source(name)])),
    platform: 'node',
    external: EXTERNAL,
    plugins: [inAscii],
    transform: { inject: Object.fromEntries(Object.entries(MACHINE).map(([name, ours]) => [name, [platform, ours]])) },
    logLevel: 'warn',
    // It only passes on what others have: whoever takes one name of it does not load all of them.
    treeshake: { moduleSideEffects: [{ test: /src[\\/]conformance-entry\.ts$/, sideEffects: false }] },
  });
  const { output } = await bundle.write({
    dir: fileURLToPath(DIST),
    format: 'cjs',
    sourcemap: true,
    // A ninth of the bundle. Source maps lead to the sources, which have them, and licenses are in the notices.
    comments: false,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    // `import()` of a package becomes `require`: jest refuses the former, and Node would load its second loader for it.
    dynamicImportInCjs: false,
    // Code that many files need must not pull in Ajv, nor Ajv the server.
    codeSplitting: {
      groups: [
        { name: 'platform', test: /src[\\/]platform[\\/]time/, priority: 4 },
        { name: 'process-wide', test: /src[\\/]platform[\\/]process-wide/, priority: 4 },
        // The command tells its version without the services.
        { name: 'assets', test: /src[\\/]platform[\\/]assets/, priority: 4 },
        // The library chooses ids before it loads a server.
        { name: 'random', test: /src[\\/]platform[\\/]random/, priority: 4 },
        { name: 'conformance', test: /conformance[\\/]src[\\/]index\./ },
        { name: 'ajv', test: /node_modules[\\/](?:ajv|ajv-formats)[\\/]/ },
        // Services are loaded together, with a server; what is known of them before that is in small files beside it.
        {
          name: 'services',
          test: /src[\\/](?:services[\\/](?!nak)[a-z]+[\\/](?!manifest|options|reasons|cast)|ngc-keys[\\/](?!reasons))/,
          priority: 1,
        },
        // Only some servers have it.
        { name: 'self-hosted', test: /src[\\/]services[\\/]nak[\\/](?!manifest|options)/ },
        {
          name: 'manifests',
          test: /src[\\/]services[\\/](?:index|[a-z]+[\\/](?:manifest|options|reasons|cast))\./,
          priority: 2,
        },
        {
          name: 'core',
          test: /src[\\/](?:(?:objects|text|time|memory|addresses|diagnostics|decisions|definitions|responses)[\\/]|ngc-keys[\\/]reasons|tokens[\\/]zoo[\\/]verdicts)|node_modules[\\/](?:leven|fast-deep-equal)[\\/]/,
          priority: 3,
        },
      ],
    },
  });
  await bundle.close();
  return output;
}

/**
 * The code that exists only as an ES module. It contains only itself, and imports the rest from the files of the core.
 */
async function buildModules() {
  /** @type {Set<string>} */
  const needed = new Set();
  const bundle = await rolldown({
    cwd: ROOT,
    input: Object.fromEntries(MODULES.map((name) => [name, source(name)])),
    platform: 'node',
    external: (_, importer) => importer !== undefined,
    logLevel: 'warn',
  });
  const { output } = await bundle.write({
    dir: fileURLToPath(DIST),
    format: 'esm',
    sourcemap: true,
    paths: (id) => {
      if (!isAbsolute(id)) return id;
      const name = relative(SOURCES, id).replace(/\.ts$/, '');
      needed.add(name);
      return `./${flat(name)}.cjs`;
    },
  });
  await bundle.close();
  return { output, needed };
}

/**
 * What programs import as ES modules: names of the core. A process has one copy of the code, however it is loaded. The
 * file that they name must be small: Node reads all of it for its names, which takes longer than running it.
 *
 * @param {readonly (import('rolldown').OutputChunk | import('rolldown').OutputAsset)[]} core
 */
async function writeFacades(core) {
  const files = core.flatMap((chunk) =>
    chunk.type === 'chunk' && FACADES.includes(chunk.name) ? [{ name: `${chunk.name}.js`, text: facadeOf(chunk) }] : [],
  );
  // The command's earlier name, which people run in containers of the image.
  files.push({ name: 'main.js', text: "import './main.cjs';\n" });
  await Promise.all(files.map(({ name, text }) => writeFile(new URL(name, DIST), text)));
  return files.map(({ name }) => name);
}

/** @param {import('rolldown').OutputChunk} chunk */
function facadeOf({ exports, fileName }) {
  return `export { ${exports.join(', ')} } from './${fileName}';\n`;
}

/**
 * All files of the build are in one folder, because the code finds documents and fixtures next to it.
 *
 * @param {string} name
 */
function flat(name) {
  return name.replaceAll(/[\\/]/g, '-');
}

/**
 * Makes `npx --no-install nv-auth-mock` work in a clone as it does where the package is installed: npm links only the
 * commands of dependencies. On Windows, links need rights that few users have, so there it is `node dist/main.cjs`.
 */
async function linkCommand() {
  if (process.platform === 'win32') return;
  await chmod(new URL('main.cjs', DIST), 0o755);
  const folder = new URL('../node_modules/.bin/', import.meta.url);
  const link = new URL('nv-auth-mock', folder);
  await mkdir(folder, { recursive: true });
  await rm(link, { force: true });
  await symlink('../../dist/main.cjs', link).catch((cause) => {
    if (cause.code !== 'EEXIST') throw cause;
  });
}

/**
 * Copies the files of Swagger UI that the pages of /docs need, so that nobody who installs the package installs a web
 * server for them.
 */
async function copySwaggerUi() {
  const target = new URL('swagger-ui/', DIST);
  await mkdir(target, { recursive: true });
  for (const file of ['swagger-ui.css', 'index.css', 'swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js']) {
    await copyFile(new URL(`static/${file}`, SWAGGER_UI), new URL(file, target));
  }
}

/** Copies the theme of Swagger UI, which is served as it is written. */
async function copyTheme() {
  const source = new URL('../src/http/docs/', import.meta.url);
  const target = new URL('docs/', DIST);
  await mkdir(target, { recursive: true });
  const files = (await readdir(source)).filter((file) => /\.(css|js)$/.test(file));
  await Promise.all(files.map((file) => copyFile(new URL(file, source), new URL(file, target))));
}

const NOTICES = 'THIRD-PARTY-NOTICES.txt';

const SBOM = 'sbom.cdx.json';

/**
 * The bill of materials, of what is in the build and of what it needs beside it. Of the packages that users bring, it has
 * the database's driver, which the image has too; the runners of their tests are no part of a server.
 *
 * @param {readonly import('./bundled.mjs').Bundled[]} bundled
 */
async function billOf(bundled) {
  const [manifest, lock] = await Promise.all(['package.json', 'package-lock.json'].map(read));
  return `${JSON.stringify(sbomOf({ manifest, lock: lock.packages, bundled, drivers: ['pg'] }), null, 2)}\n`;
}

/** @param {string} file */
async function read(file) {
  return JSON.parse(await readFile(new URL(`../${file}`, import.meta.url), 'utf8'));
}

const SEED_SCHEMA = 'seed.schema.json';

/** The JSON Schema of seeds, made from those of the services. */
async function seedSchema() {
  const { SEED_SCHEMA: schema } = await fromSource(new URL('seed-schema.ts', import.meta.url));
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** Removes files of an earlier build. @param {string[]} written */
async function removeAllBut(written) {
  const files = (await readdir(DIST, { withFileTypes: true })).filter((entry) => entry.isFile());
  const old = files.filter(({ name }) => !written.includes(name) && !written.includes(name.replace(/\.map$/, '')));
  await Promise.all(old.map(({ name }) => rm(new URL(name, DIST))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildIfChanged();
