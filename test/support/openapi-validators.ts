import { createRequire } from 'node:module';
import { Validator } from '@seriousme/openapi-schema-validator';

/** Made for `require`, and seen differently by each tool that imports it. */
const { default: OpenAPISchemaValidator } = createRequire(import.meta.url)(
  'openapi-schema-validator',
) as typeof import('openapi-schema-validator');

const FIRST = new OpenAPISchemaValidator({ version: 3 });
const SECOND = new Validator();

/** What two validators that share no schema find wrong with an OpenAPI document: each overlooks what the other sees. */
export async function openapiFaults(document: object): Promise<readonly unknown[]> {
  const { errors } = FIRST.validate(document as never);
  const verdict = await SECOND.validate(structuredClone(document) as Record<string, unknown>);
  return [...errors, ...[verdict.valid ? [] : verdict.errors].flat()];
}
