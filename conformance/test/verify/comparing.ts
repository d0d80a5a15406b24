import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';

/** A document with one operation, whose answer is the schema `S0`. */
export function documentOf(schemas: object): object {
  const schema = { $ref: '#/components/schemas/S0' };
  const get = { responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } } };
  return { openapi: '3.0.3', info: {}, paths: { '/things': { get } }, components: { schemas } };
}

/** The ids of the differences between two documents. */
export async function compared(theirs: object, ours: object): Promise<readonly string[]> {
  const { differences } = await compareDocuments(parseOpenApi(theirs, '--spec x.json'), parseOpenApi(ours, 'ours'));
  return differences.map(({ id }) => id);
}
