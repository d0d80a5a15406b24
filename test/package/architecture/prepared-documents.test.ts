import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { type Document, OpenAPIBackend } from 'openapi-backend';
import { describe, expect, it } from 'vitest';
import type { OperationSchemas } from '../../../src/http/openapi/prepared.ts';
import { openapiFaults } from '../../support/openapi-validators.ts';

const OPERATIONS = new URL('../../../dist/operations/', import.meta.url);

/** Lists all schemas of an operation. */
function listSchemas({ parameters, requestBody, responses }: OperationSchemas): unknown[] {
  const content = [requestBody, ...Object.values(responses)].flatMap((message) =>
    Object.values(message?.content ?? {}),
  );
  return [
    ...parameters.map((parameter) => (parameter as { schema: unknown }).schema),
    ...content.map(({ schema = {} }) => schema),
  ];
}

describe('the schemas that the server compiles without validation', () => {
  const ajv = new Ajv({ strict: false });

  it.each(readdirSync(OPERATIONS).filter((name) => name.endsWith('.schemas.json')))(
    'are valid schemas in an OpenAPI document: %s',
    async (name) => {
      const definition: Document = JSON.parse(readFileSync(new URL(name, OPERATIONS), 'utf8'));
      expect(await openapiFaults(definition)).toEqual([]);
      const api = await new OpenAPIBackend({ definition, quick: true, validate: false }).init();
      const operations = api.getOperations() as unknown as OperationSchemas[];
      const schemas = [...operations.flatMap(listSchemas), ...Object.values(api.definition.components?.schemas ?? {})];

      expect(schemas.length).toBeGreaterThan(10);
      expect(schemas.filter((schema) => ajv.validateSchema(schema as object) !== true)).toEqual([]);
    },
  );
});
