// @ts-check
/** Everything that can be prepared before the start: the documents, and the code as a few files. */
import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { buildDocuments } from './documents.mjs';

const DIST = new URL('../dist/', import.meta.url);

/** Swagger UI as Fastify's plugin carries it: the vendor's own package reports its installations. */
const SWAGGER_UI = new URL('../node_modules/@fastify/swagger-ui/', import.meta.url);

/** The command, and what programs import. */
const ENTRIES = ['main', 'index', 'vitest', 'testcontainers'];

/** @param {string} name */
function source(name) {
  return fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
}

export async function build() {
  const bundle = await rolldown({
    input: Object.fromEntries(ENTRIES.map((name) => [name, source(name)])),
    platform: 'node',
    // Libraries go into the bundle, because finding and reading their files is a fifth of the start, and because a
    // dependency of ours is one that everybody installs; left out is the native module.
    external: ['better-sqlite3', 'vitest', 'testcontainers'],
    logLevel: 'warn',
  });
  const { output } = await bundle.write({
    dir: fileURLToPath(DIST),
    format: 'esm',
    sourcemap: true,
    chunkFileNames: '[name].js',
  });
  await bundle.close();
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  await writeFile(new URL(NOTICES, DIST), await noticesOf(modules));
  await writeFile(new URL(SEED_SCHEMA, DIST), await seedSchema());
  await removeAllBut([...output.map(({ fileName }) => fileName), NOTICES, SEED_SCHEMA]);
  await buildDocuments();
  await copySwaggerUi();
  await linkCommand();
}

/**
 * `npx nv-auth-mock` in a clone, as where the package is installed: npm links commands of dependencies only. On Windows a
 * link takes rights that few have, so there it is `node dist/main.js`.
 */
async function linkCommand() {
  if (process.platform === 'win32') return;
  await chmod(new URL('main.js', DIST), 0o755);
  const folder = new URL('../node_modules/.bin/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await symlink('../../dist/main.js', new URL('nv-auth-mock', folder)).catch((cause) => {
    if (cause.code !== 'EEXIST') throw cause;
  });
}

/** What the pages of /docs need of Swagger UI, so that nobody who installs the package installs a web server for it. */
async function copySwaggerUi() {
  const target = new URL('swagger-ui/', DIST);
  await mkdir(target, { recursive: true });
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    await copyFile(new URL(`static/${file}`, SWAGGER_UI), new URL(file, target));
  }
}

const NOTICES = 'THIRD-PARTY-NOTICES.txt';

/**
 * Whose work is in the bundle, with their licenses.
 *
 * @param {string[]} modules
 */
async function noticesOf(modules) {
  const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []);
  folders.push(fileURLToPath(SWAGGER_UI).replace(/\/$/, ''));
  const notices = [...new Set(folders)].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file === undefined ? '' : `\n${(await readFile(`${folder}/${file}`, 'utf8')).trim()}\n`;
    return `${name} ${version} (${license})\n${text}`;
  });
  const pages = 'swagger-ui, in dist/swagger-ui (Apache-2.0, as this package: see LICENSE)\n';
  return [...(await Promise.all(notices)), pages].join(`\n${'-'.repeat(80)}\n`);
}

const SEED_SCHEMA = 'seed.schema.json';

/**
 * The JSON Schema of seeds, made of those of the services. They are TypeScript, which not every Node that builds can run, so
 * they are bundled and imported out of memory.
 */
async function seedSchema() {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('seed-schema.ts', import.meta.url)),
    platform: 'node',
    logLevel: 'warn',
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  await bundle.close();
  const { SEED_SCHEMA: schema } = await import(
    `data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`
  );
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** Files of an earlier build. @param {string[]} written */
async function removeAllBut(written) {
  const files = (await readdir(DIST, { withFileTypes: true })).filter((entry) => entry.isFile());
  const old = files.filter(({ name }) => !written.includes(name) && !written.includes(name.replace(/\.map$/, '')));
  await Promise.all(old.map(({ name }) => rm(new URL(name, DIST))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
