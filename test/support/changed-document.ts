import { readFileSync } from 'node:fs';

// biome-ignore lint/suspicious/noExplicitAny: any part of a document
export type Change = (document: any) => void;

const OURS = readFileSync(new URL('../../dist/openapi/runai.2.24.json', import.meta.url), 'utf8');

/** The paths that tests use. Preparing the whole document is slow. */
const USED = /^\/api\/v1\/(?:access-keys|clusters|token|users(?:\/count|\/\{userId\})?)$/;

/** Returns a copy of our Run:ai document. */
// biome-ignore lint/suspicious/noExplicitAny: any part of a document
export const servedDocument = (): any => JSON.parse(OURS);

/** Returns a part of our Run:ai document with a change. */
export function changedDocument(change: Change): object {
  const document = servedDocument();
  for (const path of Object.keys(document.paths)) if (!USED.test(path)) delete document.paths[path];
  change(document);
  return document;
}
