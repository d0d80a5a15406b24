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

function isBounded({ format, pattern, maxLength, enum: values }: Schema): boolean {
  const isShortPattern = pattern?.endsWith('$') === true && !/[*+]/.test(pattern);
  return maxLength !== undefined || values !== undefined || isShortPattern || SHORT_FORMATS.includes(format);
}

it.each(['air', 'air.2.0', 'air.dsx', 'nvcf', 'ngc'])('every string of a request has a maximum length: %s', (name) => {
  const document = JSON.parse(readFileSync(new URL(`../../../dist/openapi/${name}.json`, import.meta.url), 'utf8'));
  const follow = (part: Schema) =>
    part.$ref === undefined
      ? part
      : part.$ref
          .slice(2)
          .split('/')
          .reduce((parent, step) => parent[step], document);
  const listUnbounded = (part: unknown, path: string, depth = 0): string[] => {
    if (typeof part !== 'object' || part === null || depth > 40) return [];
    const schema = follow(part);
    const own = schema.type === 'string' && !isBounded(schema) ? [path] : [];
    return [
      ...own,
      ...Object.entries(schema).flatMap(([key, value]) => listUnbounded(value, `${path}.${key}`, depth + 1)),
    ];
  };
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document
  const operations = Object.values<any>(document.paths).flatMap((item) => Object.values<any>(item));

  expect(
    operations.flatMap(({ operationId, parameters = [], requestBody }) => [
      ...listUnbounded(requestBody, operationId),
      ...listUnbounded(
        parameters.map(follow).filter((parameter: { in: string }) => parameter.in === 'query'),
        `${operationId}?`,
      ),
    ]),
  ).toEqual([]);
});
