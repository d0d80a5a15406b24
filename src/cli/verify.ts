import { readDocument } from '../config/config.ts';
import { Unusable } from '../core/unusable.ts';
import { documentNames, documentText } from '../platform/assets.ts';
import { type Drift, findDrift, type OpenApi } from '../verify/drift.ts';

/**
 * Compares a vendor's document with the mock's, and lists the differences. The exit code is 0 if there are none,
 * otherwise 1.
 *
 * @param file an OpenAPI 3 document, JSON or YAML
 * @param document the name of a document of the mock, such as `runai.2.24`; null: the one with the most common
 * operations
 */
export async function verifyDocument(file: string, document: string | null): Promise<void> {
  const content = await readDocument(file, '--spec');
  // A user's file: its members are checked below.
  const { openapi, paths } = (content ?? {}) as { readonly openapi?: unknown; readonly paths?: unknown };
  if (typeof paths !== 'object' || paths === null || Array.isArray(paths)) {
    throw new Unusable(`--spec ${file} is not an OpenAPI document: it has no \`paths\`.`);
  }
  if (openapi !== undefined && !String(openapi).startsWith('3')) {
    throw new Unusable(`--spec ${file} has OpenAPI version ${openapi}. Expected version 3.`);
  }
  // The file claims to be OpenAPI; the comparison tolerates other errors.
  const vendor = content as OpenApi;
  const names = await documentNames();
  if (document !== null && !names.includes(document)) {
    throw new Unusable(`--document ${document} does not exist. Available are: ${names.join(', ')}.`);
  }
  const candidates = document === null ? names : [document];
  const compared = await Promise.all(
    candidates.map(async (name) => ({ name, ...findDrift(vendor, await readServedDocument(name)) })),
  );
  const best = compared.reduce((one, other) => (score(other) > score(one) ? other : one));
  if (best.compared === 0) {
    const [first] = Object.keys(vendor.paths);
    throw new Unusable(
      `--spec ${file} has no operation that the mock serves in ${candidates.join(', ')}; its first path is \`${first}\`. Paths are compared as written, without those of \`servers\`.`,
    );
  }
  const told = [...best.lines, ...best.notes.map((note) => `note: ${note}`)];
  const lines = told.map((line) => `${line}\n`).join('');
  process.stdout.write(
    `${lines}${formatCount(best.compared, 'operation')} compared with ${best.name}, ${formatCount(best.lines.length, 'difference')}\n`,
  );
  if (best.lines.length > 0) process.exitCode = 1;
}

/** Most operations first; then fewest differences. */
function score({ compared, lines }: Drift): number {
  return compared * 1000 - lines.length;
}

async function readServedDocument(name: string): Promise<OpenApi> {
  // A document of the mock, which a test validates.
  return JSON.parse(await documentText(name));
}

function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
