// @ts-check
/** Prepares everything before the start: the documents, and the code in a few files. */
import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { build as buildPage } from 'vite';
import { bundledOf, noticesOf } from './bundled.mjs';
import { buildDocuments } from './documents.mjs';
import { fingerprintOf } from './fingerprint.mjs';
import { fromSource } from './from-source.mjs';
import { writeHandlerTypes } from './handler-types.mjs';
import { sbomOf } from './sbom.mjs';

/** Source paths in source maps are relative to it, even if a workspace's tests start the build in their folder. */
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const DIST = new URL('../dist/', import.meta.url);

/** Everything that determines the build, and the fingerprint of the last one. */
const INPUTS = [
  'src/',
  'conformance/src/',
  'console/src/',
  'console/index.html',
  'console/vite.config.ts',
  'openapi/',
  'scripts/',
  'package.json',
  'package-lock.json',
];
const MARK = new URL('.built', DIST);

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));

/** Swagger UI from Fastify's plugin, because the official package reports installations. */
const SWAGGER_UI = new URL('../node_modules/@fastify/swagger-ui/', import.meta.url);

/** The entry points for both `require` and `import`. */
const FACADES = ['index', 'testcontainers', 'library/suite/setup'];

/** The command is CommonJS, because Node needs another 5 ms for its ES module loader. */
const ENTRIES = ['main', ...FACADES];

/** Only an ES module, because Vitest is one. */
const MODULES = ['vitest'];

/** Not bundled: the native module, and packages that users install themselves. */
const EXTERNAL = ['better-sqlite3', 'pg', 'vitest'];

/**
 * Globals that fake timers replace in the user's tests. The bundle, libraries included, uses the originals from
 * `lib/time.ts` instead.
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
 * Escapes all other characters: a single one makes Node use two bytes per character for the whole file.
 *
 * @type {import('rolldown').Plugin}
 */
const inAscii = {
  name: 'in-ascii',
  // The last step, because the one before, which removes comments, reverts the escapes.
  generateBundle: (_options, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped);
    }
  },
};

/** @param {string} unit a UTF-16 code unit */
function escaped(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** @param {string} name */
function source(name) {
  return fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
}

export async function build() {
  // On stderr, because stdout belongs to the server that is started next.
  process.stderr.write('Building nv-auth-mock. This takes 15 to 20 seconds, and runs only after a change.\n');
  // Written last, because it marks a complete build.
  await rm(MARK, { force: true });
  const mark = await fingerprintOf(INPUTS);
  await writeHandlerTypes();
  const { output: modules, needed } = await buildModules();
  const core = await buildCore(needed);
  const facades = await writeFacades(core);
  const output = [...core, ...modules];
  const page = await buildPage({ configFile: fileURLToPath(new URL('../console/vite.config.ts', import.meta.url)) });
  const bundled = await bundledOf(
    [...output, ...('output' in page ? page.output : [])].flatMap((chunk) =>
      chunk.type === 'chunk' ? chunk.moduleIds : [],
    ),
  );
  await writeFile(new URL(NOTICES, DIST), noticesOf(bundled));
  await writeFile(new URL(SBOM, DIST), await billOf(bundled));
  await writeFile(new URL(SEED_SCHEMA, DIST), await seedSchema());
  await removeAllBut([...output.map(({ fileName }) => fileName), ...facades, NOTICES, SBOM, SEED_SCHEMA]);
  await buildDocuments();
  await copyDocs();
  await linkCommand();
  await writeFile(MARK, mark);
}

/** Builds, unless sources and libraries are unchanged. */
export async function buildIfChanged() {
  if ((await readFile(MARK, 'utf8').catch(() => '')) !== (await fingerprintOf(INPUTS))) await build();
}

/**
 * Builds all code as CommonJS, which even Jest can load in its default configuration. Libraries are bundled, because
 * loading their files takes a sixth of the startup time, and because users would have to install every dependency.
 *
 * @param {ReadonlySet<string>} needed sources that ES modules import
 */
async function buildCore(needed) {
  const platform = source('lib/time');
  const bundle = await rolldown({
    cwd: ROOT,
    input: Object.fromEntries([...ENTRIES, ...needed].map((name) => [flat(name), source(name)])),
    platform: 'node',
    external: EXTERNAL,
    plugins: [inAscii],
    transform: { inject: Object.fromEntries(Object.entries(MACHINE).map(([name, ours]) => [name, [platform, ours]])) },
    logLevel: 'warn',
    // It only re-exports, so importing one name must not load all of them.
    treeshake: { moduleSideEffects: [{ test: /src[\\/]conformance-entry\.ts$/, sideEffects: false }] },
  });
  const { output } = await bundle.write({
    dir: fileURLToPath(DIST),
    format: 'cjs',
    sourcemap: true,
    // A ninth of the bundle. Source maps lead to the sources, and the licenses are in the notices.
    comments: false,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    // Turns `import()` of a package into `require`: Jest rejects `import()`, and Node would load its ES module loader.
    dynamicImportInCjs: false,
    // Shared code must not load Ajv, and Ajv must not load the server.
    codeSplitting: {
      groups: [
        { name: 'platform', test: /src[\\/]lib[\\/]time/, priority: 4 },
        { name: 'process-wide', test: /src[\\/]lib[\\/]process-wide/, priority: 4 },
        // The command prints its version without loading the services.
        { name: 'assets', test: /src[\\/]lib[\\/]assets/, priority: 4 },
        // The library chooses ids before it loads a server.
        { name: 'random', test: /src[\\/]lib[\\/]random/, priority: 4 },
        { name: 'conformance', test: /conformance[\\/]src[\\/]index\./ },
        { name: 'ajv', test: /node_modules[\\/](?:ajv|ajv-formats)[\\/]/ },
        // Services are loaded together with a server; the small files needed earlier are separate. The control API is a
        // part of the server, whose files it imports.
        {
          name: 'services',
          test: /src[\\/]services[\\/](?!nak|control)[a-z-]+[\\/](?!manifest|options|reasons|cast)/,
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
          test: /src[\\/](?:lib[\\/](?!pages|node-version)|decisions[\\/](?!explaining)|contract[\\/]|services[\\/]ngc-keys[\\/]reasons|tokens[\\/]zoo[\\/]verdicts)|node_modules[\\/](?:leven|fast-deep-equal)[\\/]/,
          priority: 3,
        },
      ],
    },
  });
  await bundle.close();
  return output;
}

/**
 * Builds the code that exists only as an ES module. It imports everything else from the core's files.
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
 * Writes the ES module entry points, which re-export the core, so that a process has a single copy of the code. The core's
 * entry files must be small: scanning them for exported names takes Node longer than running them.
 *
 * @param {readonly (import('rolldown').OutputChunk | import('rolldown').OutputAsset)[]} core
 */
async function writeFacades(core) {
  const files = core.flatMap((chunk) =>
    chunk.type === 'chunk' && FACADES.map(flat).includes(chunk.name)
      ? [{ name: `${chunk.name}.js`, text: facadeOf(chunk) }]
      : [],
  );
  // The command's former name, which is still used in containers.
  files.push({ name: 'main.js', text: "import './main.cjs';\n" });
  await Promise.all(files.map(({ name, text }) => writeFile(new URL(name, DIST), text)));
  return files.map(({ name }) => name);
}

/** @param {import('rolldown').OutputChunk} chunk */
function facadeOf({ exports, fileName }) {
  return `export { ${exports.join(', ')} } from './${fileName}';\n`;
}

/**
 * Returns the name of a built file. All are in one folder, because the code looks for documents and fixtures next to itself.
 *
 * @param {string} name
 */
function flat(name) {
  return name.replaceAll(/[\\/]/g, '-');
}

/**
 * Makes `npx --no-install nv-auth-mock` work in a clone, where npm links only the commands of dependencies. Not on Windows,
 * where few users may create links: use `node dist/main.cjs`.
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

/** Copies Swagger UI, so that the package doesn't depend on the plugin, and its theme, which is served unchanged. */
async function copyDocs() {
  const target = new URL('docs/', DIST);
  await mkdir(target, { recursive: true });
  for (const file of ['static/swagger-ui.css', 'static/swagger-ui-bundle.js']) {
    await copyFile(new URL(file, SWAGGER_UI), new URL(basename(file), target));
  }
  for (const file of ['theme.css', 'theme.js']) {
    await copyFile(new URL(`../src/http/docs/${file}`, import.meta.url), new URL(file, target));
  }
}

const NOTICES = 'THIRD-PARTY-NOTICES.txt';

const SBOM = 'sbom.cdx.json';

/**
 * Returns the bill of materials: the bundled packages and the runtime dependencies. Of the packages that users install, it
 * only lists the database driver, which is part of the image; test runners are not part of a server.
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

/** Returns the JSON Schema of seeds, generated from the services' schemas. */
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
