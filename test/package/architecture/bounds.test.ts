import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly enum?: readonly unknown[];
}

/** Formats that are short; bytes have a separate limit. */
const SHORT_FORMATS: readonly unknown[] = ['uuid', 'date-time', 'binary'];

interface Parameter {
  readonly $ref?: string;
  readonly in: string;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: object;
}

function isBounded({ format, pattern, maxLength, enum: values }: Schema): boolean {
  const isShortPattern = pattern?.endsWith('$') === true && !/[*+]/.test(pattern);
  return maxLength !== undefined || values !== undefined || isShortPattern || SHORT_FORMATS.includes(format);
}

/** Lists the strings below a part of a document without a maximum length. */
function listUnbounded(document: object, part: unknown, name: string, depth = 0): string[] {
  if (typeof part !== 'object' || part === null || depth > 40) return [];
  const { $ref, ...schema } = part as Schema;
  if (typeof $ref === 'string') {
    const steps = $ref.slice(2).split('/');
    const target = steps.reduce<unknown>((parent, step) => (parent as Record<string, unknown>)[step], document);
    return listUnbounded(document, target, name, depth + 1);
  }
  const own = schema.type === 'string' && !isBounded(schema) ? [name] : [];
  return [
    ...own,
    ...Object.entries(schema).flatMap(([key, value]) => listUnbounded(document, value, `${name}.${key}`, depth + 1)),
  ];
}

it.each(['air', 'air.2.0', 'air.dsx', 'nvcf', 'ngc'])('every string of a request has a maximum length: %s', (name) => {
  const document = JSON.parse(readFileSync(new URL(`../../../dist/openapi/${name}.json`, import.meta.url), 'utf8'));
  const placeOf = ({ $ref, in: place }: Parameter): string =>
    $ref === undefined ? place : document.components.parameters[$ref.split('/').at(-1) ?? ''].in;
  const operations = Object.values<Record<string, Operation>>(document.paths).flatMap((item) => Object.values(item));
  const unbounded = operations.flatMap(({ operationId, parameters = [], requestBody }) => [
    ...listUnbounded(document, requestBody, operationId),
    ...parameters
      .filter((parameter) => placeOf(parameter) === 'query')
      .flatMap((parameter) => listUnbounded(document, parameter, `${operationId}?`)),
  ]);

  expect(unbounded).toEqual([]);
});
