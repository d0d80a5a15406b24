// @ts-check
/**
 * Writes the skeleton of a new version from a vendor's document, or the reference document of a vendor's published
 * interface: docs/maintaining/import-a-version.md
 *
 * Usage: npm run import -- --spec FILE --service runai --version 3.1
 *        npm run import -- --reference runai.2.24 --from PATH
 */
import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { UserError } from '../conformance/reference/comparison.mjs';
import { importReference } from '../conformance/reference/index.mjs';
import { mergedDocuments } from './documents.mjs';
import { readSpec } from './import/read.mjs';
import { skeletonOf } from './import/skeleton.mjs';

const ROOT = new URL('../', import.meta.url);
const USAGE =
  'Usage: npm run import -- --spec FILE --service NAME --version VERSION, or npm run import -- --reference NAME --from PATH';

/** Parses the options. */
function options() {
  const text = /** @type {const} */ ({ type: 'string' });
  try {
    const { values } = parseArgs({
      options: { spec: text, service: text, version: text, reference: text, from: text },
    });
    const { spec, service, version, reference, from } = values;
    if (reference !== undefined && from !== undefined) return { reference, from };
    if (spec === undefined || service === undefined || version === undefined) throw new Error('An option is missing.');
    return { spec, service, version };
  } catch (thrown) {
    throw new UserError(`${/** @type {Error} */ (thrown).message} ${USAGE}`);
  }
}

/**
 * Writes new files. Writes none if one of them exists.
 *
 * @param {Record<string, string>} files
 */
async function writeNew(files) {
  for (const name of Object.keys(files)) {
    const isThere = await access(new URL(name, ROOT)).then(
      () => true,
      () => false,
    );
    if (isThere) throw new UserError(`${name} already exists. Delete it to import again.`);
  }
  for (const [name, text] of Object.entries(files)) {
    const target = new URL(name, ROOT);
    await mkdir(dirname(fileURLToPath(target)), { recursive: true });
    await writeFile(target, text, { flag: 'wx' });
  }
}

async function main() {
  const given = options();
  if (given.reference !== undefined) return await importReference(given.reference, given.from);
  await importVersion(given);
}

/** @param {{ spec: string, service: string, version: string }} given */
async function importVersion({ spec: file, service, version }) {
  if (!/^[0-9a-z][0-9a-z.-]{0,30}$/.test(version)) {
    throw new UserError(
      `The version \`${version.slice(0, 50)}\` is not valid; expected digits, dots and letters, such as \`3.1\`.`,
    );
  }
  const documents = new Map(await mergedDocuments());
  documents.delete('control');
  const merged = documents.get(service);
  if (merged === undefined) {
    throw new UserError(
      `Unknown service \`${service.slice(0, 50)}\`; expected one of ${[...documents.keys()].join(', ')}.`,
    );
  }
  const { base, added, changed, removed, files } = await skeletonOf({
    service,
    version,
    spec: await readSpec(file),
    merged,
  });
  await writeNew(files);
  console.log(`${service} ${version}, compared with ${base}:`);
  for (const name of added) console.log(`  added    ${name}`);
  for (const { name, parts } of changed) console.log(`  changed  ${name}: ${parts.join(', ')}`);
  for (const name of removed) console.log(`  removed  ${name}`);
  for (const name of Object.keys(files)) console.log(`Wrote ${name}`);
}

await main().catch((thrown) => {
  if (!(thrown instanceof UserError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 2;
});
