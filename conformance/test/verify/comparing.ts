import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';

/** Creates a document with one operation, which returns the schema `S0`. */
export function createDocument(schemas: object): object {
  const schema = { $ref: '#/components/schemas/S0' };
  const get = { responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } } };
  return { openapi: '3.0.3', info: {}, paths: { '/things': { get } }, components: { schemas } };
}

export async function findDifferenceIds(theirs: object, ours: object): Promise<readonly string[]> {
  const { differences } = await compareDocuments(parseOpenApi(theirs, '--spec x.json'), parseOpenApi(ours, 'ours'));
  return differences.map(({ id }) => id);
}
