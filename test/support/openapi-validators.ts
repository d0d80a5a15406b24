import { createRequire } from 'node:module';
import { Validator } from '@seriousme/openapi-schema-validator';

/** A CommonJS package that tools import differently. */
const { default: OpenAPISchemaValidator } = createRequire(import.meta.url)(
  'openapi-schema-validator',
) as typeof import('openapi-schema-validator');

const FIRST = new OpenAPISchemaValidator({ version: 3 });
const SECOND = new Validator();

/** Validates an OpenAPI document with two independent validators: each finds errors that the other misses. */
export async function openapiFaults(document: object): Promise<readonly unknown[]> {
  const { errors } = FIRST.validate(document as never);
  const verdict = await SECOND.validate(structuredClone(document) as Record<string, unknown>);
  return [...errors, ...[verdict.valid ? [] : verdict.errors].flat()];
}
