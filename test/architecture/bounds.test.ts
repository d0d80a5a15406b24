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

/** Forms that are short by themselves; bytes have a limit of their own. */
const SHORT_FORMATS: readonly (string | undefined)[] = ['uuid', 'date-time', 'binary'];

function isBounded({ format, pattern, maxLength, enum: values }: Schema): boolean {
  const isShortPattern = pattern?.endsWith('$') === true && !/[*+]/.test(pattern);
  return maxLength !== undefined || values !== undefined || isShortPattern || SHORT_FORMATS.includes(format);
}

/** Texts of a request that may be of any length. */
function endless(document: Document): string[] {
  const at = <Value extends { readonly $ref?: string }>(value: Value): Value =>
    value.$ref === undefined
      ? value
      : (value.$ref
          .slice(2)
          .split('/')
          .reduce<unknown>((part, step) => (part as Record<string, unknown>)[step], document) as Value);
  const within = (given: Schema, name: string, depth: number): string[] => {
    if (depth > 20) return [];
    const schema = at(given);
    const { type, properties = {}, items, additionalProperties, allOf = [], anyOf = [], oneOf = [] } = schema;
    return [
      ...(type === 'string' && !isBounded(schema) ? [name] : []),
      ...Object.entries(properties).flatMap(([key, one]) => within(one, `${name}.${key}`, depth + 1)),
      ...(items === undefined ? [] : within(items, `${name}[]`, depth + 1)),
      ...(typeof additionalProperties === 'object' ? within(additionalProperties, `${name}{}`, depth + 1) : []),
      ...[...allOf, ...anyOf, ...oneOf].flatMap((one) => within(one, name, depth + 1)),
    ];
  };
  return Object.values(document.paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ operationId, parameters = [], requestBody }) => [
      ...parameters
        .map(at)
        .filter((parameter) => parameter.in === 'query')
        .flatMap(({ name, schema }) => within(schema, `${operationId}?${name}`, 0)),
      ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => within(schema, operationId, 0)),
    ]);
}

describe('every text that a request may bring has a longest length:', () => {
  it.each(['air', 'air.2.0', 'air.dsx', 'nvcf', 'ngc'])('%s', (name) => {
    const file = new URL(`../../dist/openapi/${name}.json`, import.meta.url);

    expect(endless(JSON.parse(readFileSync(file, 'utf8')))).toEqual([]);
  });
});
