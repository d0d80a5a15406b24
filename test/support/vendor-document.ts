import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyFolder } from './folder.ts';

// biome-ignore lint/suspicious/noExplicitAny: any part of a document
export type Change = (document: any) => void;

const OURS = readFileSync(new URL('../../dist/openapi/runai.2.24.json', import.meta.url), 'utf8');

/** The paths that the tests use: a server prepares each operation of a document. */
const USED = /^\/api\/v1\/(?:access-keys|clusters|token|users(?:\/count|\/\{userId\})?)$/;

/** A part of our own document of Run:ai, changed, as a file. @returns the value of `--spec-of` */
export async function documentFile(change: Change): Promise<string> {
  const document = JSON.parse(OURS);
  for (const path of Object.keys(document.paths)) if (!USED.test(path)) delete document.paths[path];
  change(document);
  const file = join(await emptyFolder(), 'changed.json');
  await writeFile(file, JSON.stringify(document));
  return `runai=${file}`;
}
