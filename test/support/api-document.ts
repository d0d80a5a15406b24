import { prepared } from '../../scripts/documents/prepared.mjs';
import { type ApiDocument, Documents, type PreparedDocument } from '../../src/http/openapi.ts';

/** Prepares an OpenAPI document like the build. */
export function preparedAs(document: object): PreparedDocument {
  const { operations, schemas } = prepared(document);
  return { operations: JSON.stringify(operations), schemas: async () => JSON.stringify(schemas) };
}

/** Loads an OpenAPI document. */
export async function apiDocument(document: object): Promise<ApiDocument> {
  const opened = await new Documents().open('test', async () => preparedAs(document));
  await opened.ready();
  return opened;
}
