import { prepared } from '../../scripts/documents/prepared.mjs';
import { type ApiDocument, Documents, type PreparedDocument } from '../../src/http/openapi.ts';

/** An OpenAPI document as the build prepares it for a server. */
export function preparedAs(document: object): PreparedDocument {
  const { operations, schemas } = prepared(document);
  return { operations: JSON.stringify(operations), schemas: async () => JSON.stringify(schemas) };
}

/** An OpenAPI document, ready to be asked. */
export async function apiDocument(document: object): Promise<ApiDocument> {
  const opened = await new Documents().open('test', async () => preparedAs(document));
  await opened.ready();
  return opened;
}
