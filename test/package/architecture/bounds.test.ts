import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}
interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly schema: Schema;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: unknown;
}

/** Formats that are short; bytes have a separate limit. */
const SHORT_FORMATS: readonly (string | undefined)[] = ['uuid', 'date-time', 'binary'];

function isBounded({ format, pattern, maxLength, enum: values }: Schema): boolean {
  const isShortPattern = pattern?.endsWith('$') === true && !/[*+]/.test(pattern);
  return maxLength !== undefined || values !== undefined || isShortPattern || SHORT_FORMATS.includes(format);
}

/** Lists the strings of requests without a maximum length. */
function listUnbounded(document: Document): string[] {
  const resolveRef = <Value extends { readonly $ref?: string }>(value: Value): Value =>
    value.$ref === undefined
      ? value
      : (value.$ref
          .slice(2)
          .split('/')
          .reduce<unknown>((part, step) => (part as Record<string, unknown>)[step], document) as Value);
  const listIn = (unresolved: Schema, name: string, depth: number): string[] => {
    if (depth > 20) return [];
    const schema = resolveRef(unresolved);
    const { type, properties = {}, items, additionalProperties, allOf = [], anyOf = [], oneOf = [] } = schema;
    return [
      ...(type === 'string' && !isBounded(schema) ? [name] : []),
      ...Object.entries(properties).flatMap(([key, part]) => listIn(part, `${name}.${key}`, depth + 1)),
      ...(items === undefined ? [] : listIn(items, `${name}[]`, depth + 1)),
      ...(typeof additionalProperties === 'object' ? listIn(additionalProperties, `${name}{}`, depth + 1) : []),
      ...[...allOf, ...anyOf, ...oneOf].flatMap((part) => listIn(part, name, depth + 1)),
    ];
  };
  return Object.values(document.paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ operationId, parameters = [], requestBody }) => [
      ...parameters
        .map(resolveRef)
        .filter((parameter) => parameter.in === 'query')
        .flatMap(({ name, schema }) => listIn(schema, `${operationId}?${name}`, 0)),
      ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => listIn(schema, operationId, 0)),
    ]);
}

describe('every string of a request has a maximum length:', () => {
  it.each(['air', 'air.2.0', 'air.dsx', 'nvcf', 'ngc'])('%s', (name) => {
    const file = new URL(`../../../dist/openapi/${name}.json`, import.meta.url);

    expect(listUnbounded(JSON.parse(readFileSync(file, 'utf8')))).toEqual([]);
  });
});
