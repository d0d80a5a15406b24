import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import fc, { type Arbitrary } from 'fast-check';
import type { Document, Operation, Parameter, Schema } from '../../support/documents.ts';
import type { ValuePool } from './pool.ts';
import type { FuzzRequest } from './requests.ts';
import { matching, singularOf } from './values.ts';

/** Deeper optional members are left out. */
const MAX_DEPTH = 5;
/** Longer texts are valid as well, but make each request slow. */
const MAX_LENGTH = 3000;

/**
 * Characters of texts. NUL and unpaired surrogates are missing, because no text of a request may have them, and OpenAPI
 * cannot say that in one place.
 */
const CHARACTERS = [...'abcdefgXYZ0189-_.:/ @#?&=%+,;"\'\\<>{}[]()*\täß漢😀\u2028'];

/** Makes requests that are valid by a document: their paths, queries, headers and bodies. */
export class ValidRequests {
  readonly #document: Document;
  readonly #pool: ValuePool;
  readonly #ajv = new Ajv({ strict: false, validateSchema: false });

  /** @param pool ids of objects that exist, so that requests reach more than the lookup of their object */
  constructor(document: Document, pool: ValuePool) {
    this.#document = document;
    this.#pool = pool;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document.whole, 'document');
  }

  of(operation: Operation, credential: string | null): Arbitrary<FuzzRequest> {
    const { parameters, body } = operation;
    const inside = (place: Parameter['in']) => parameters.filter((one) => one.in === place);
    return fc
      .record({
        path: this.#pathOf(operation, inside('path')),
        query: fc.tuple(...inside('query').map((one) => this.#optional(one, (value) => queryPart(one, value)))),
        headers: fc.tuple(
          ...inside('header').map((one) => this.#optional(one, (value) => [[one.name, String(value)]])),
        ),
        body: body === null ? fc.constant(undefined) : this.#bodyOf(body),
      })
      .map(({ path, query, headers, body: value }) => {
        const search = query.flat().join('&');
        return {
          method: operation.method,
          url: search === '' ? path : `${path}?${search}`,
          headers: {
            host: 'localhost:6625',
            ...Object.fromEntries(headers.flat() as [string, string][]),
            ...(value !== undefined && body !== null && { 'content-type': mediaTypeOf(body.mediaType) }),
            ...(credential !== null && { authorization: credential }),
          },
          payload: value === undefined || body === null ? null : payloadOf(body.mediaType, value),
          body: value,
        };
      });
  }

  /** A required parameter always, another one mostly not. */
  #optional<Part>(one: Parameter, part: (value: unknown) => readonly Part[]): Arbitrary<readonly Part[]> {
    const chosen = this.#value(one.schema, one.name, 0).map(part);
    return one.required === true
      ? chosen
      : fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: chosen });
  }

  /** Mostly the path of an object that exists. */
  #pathOf({ path }: Operation, parameters: readonly Parameter[]): Arbitrary<string> {
    const names = parameters
      .map(({ name }) => name)
      .filter((name) => name !== 'org' && name !== 'realm')
      .sort();
    const each = parameters.map((one) => this.#segment(path, one));
    return fc.tuple(fc.nat(9), fc.nat(1000), fc.tuple(...each)).map(([chance, choice, values]) => {
      const own = Object.fromEntries(parameters.map(({ name }, index) => [name, values[index] ?? '']));
      const known = chance < 7 ? this.#pool.pickPath(names, choice) : undefined;
      const found = Object.fromEntries((known ?? []).map((segment, index) => [names[index] ?? '', segment]));
      const all = { ...own, ...found };
      return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => all[name] ?? '');
    });
  }

  #segment(path: string, { name, schema }: Parameter): Arbitrary<string> {
    if (name === 'org' || name === 'realm') return fc.constant('acme');
    const before =
      path
        .split(`/{${name}}`)[0]
        ?.split('/')
        .filter((step) => !step.startsWith('{'))
        .at(-1) ?? '';
    const value = this.#value(schema, name, 0, [`collection:${singularOf(before)}`]);
    // A dot alone is a step of the path, and an empty segment is none.
    return value
      .map(String)
      .filter((text) => !['', '.', '..'].includes(text))
      .map(encodeURIComponent);
  }

  #bodyOf({ schema, required, mediaType }: NonNullable<Operation['body']>): Arbitrary<unknown> {
    if (!isJson(mediaType) && !isForm(mediaType)) return fc.uint8Array({ maxLength: 200 });
    // How members exclude or need each other is told by keywords that no value is made from.
    const fits = this.#validator(schema);
    const value = this.#value(schema, '', 0).filter((one) => fits(one));
    return required
      ? value
      : fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant(undefined) });
  }

  #validator(schema: Schema): ValidateFunction {
    const local = JSON.stringify(schema).replaceAll('"#/', '"document#/');
    return this.#ajv.compile(JSON.parse(local));
  }

  #value(given: Schema, name: string, depth: number, first: readonly string[] = []): Arbitrary<unknown> {
    const schema = this.#merged(given);
    const value = this.#present(schema, name, depth, first);
    return schema.nullable === true
      ? fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) })
      : value;
  }

  #present(schema: Schema, name: string, depth: number, first: readonly string[]): Arbitrary<unknown> {
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices !== undefined)
      return fc.oneof(
        ...choices.map((one) =>
          this.#value({ ...schema, oneOf: undefined, anyOf: undefined, ...this.#merged(one) } as Schema, name, depth),
        ),
      );
    switch (schema.type ?? (schema.properties === undefined ? undefined : 'object')) {
      case 'string':
        return this.#text(schema, name, first);
      case 'integer':
        return fc.integer(rangeOf(schema));
      case 'number':
        return fc.double({ ...rangeOf(schema), noNaN: true, noDefaultInfinity: true });
      case 'boolean':
        return fc.boolean();
      case 'array':
        return this.#list(schema, name, depth);
      case 'object':
        return this.#object(schema, depth);
      default:
        return anyValue;
    }
  }

  #text(schema: Schema, name: string, first: readonly string[]): Arbitrary<string> {
    const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
    const fits = (text: string) =>
      [...text].length >= minLength &&
      [...text].length <= maxLength &&
      (pattern === undefined || new RegExp(pattern, 'u').test(text));
    const free = shaped(schema).filter(fits);
    if (schema.format !== undefined) return free;
    const names = [...first, name, `collection:${singularOf(name.replace(/_?ids?$/i, ''))}`];
    const known = fc.nat(1000).map((choice) => this.#pool.pick(names, choice));
    return fc
      .tuple(fc.nat(3), known, free)
      .map(([chance, one, other]) => (chance > 0 && one !== undefined && fits(one) ? one : other));
  }

  #list(
    { items = {}, minItems = 0, maxItems = 1000, uniqueItems = false }: Schema,
    name: string,
    depth: number,
  ): Arbitrary<unknown> {
    const max = depth > MAX_DEPTH ? minItems : Math.min(maxItems, minItems + 3);
    const bounds = { minLength: minItems, maxLength: max };
    const item = this.#value(items, name.replace(/s$/, ''), depth + 1);
    return uniqueItems
      ? fc.uniqueArray(item, { ...bounds, selector: (one) => JSON.stringify(one) })
      : fc.array(item, bounds);
  }

  #object(schema: Schema, depth: number): Arbitrary<unknown> {
    const { properties = {}, required = [], additionalProperties } = schema;
    const members = Object.entries(properties).flatMap(([name, one]): Arbitrary<[string, unknown][]>[] => {
      const isRequired = required.includes(name);
      if (!isRequired && depth > MAX_DEPTH) return [];
      const value = this.#value(one, name, depth + 1);
      return [fc.tuple(fc.nat(2), value).map(([chance, made]) => (isRequired || chance === 0 ? [[name, made]] : []))];
    });
    const free =
      typeof additionalProperties === 'object' ? this.#value(additionalProperties as Schema, '', depth + 1) : anyValue;
    const more =
      additionalProperties === undefined || additionalProperties === false || depth > MAX_DEPTH
        ? fc.constant<[string, unknown][]>([])
        : fc.array(fc.tuple(fc.constantFrom('a', 'b-1', 'Zeta', 'x_y'), free), { maxLength: 2 });
    return fc.tuple(more, ...members).map((entries) => Object.fromEntries(entries.flat()));
  }

  /** A schema with its reference followed, and the members of all parts of `allOf`. */
  #merged(given: Schema): Schema {
    const schema = this.#document.resolved(given);
    if (schema.allOf === undefined) return schema;
    const parts = schema.allOf.map((part) => this.#merged(part));
    return Object.assign({}, schema, ...parts, {
      allOf: undefined,
      required: [schema, ...parts].flatMap((part) => part.required ?? []),
      properties: Object.assign({}, ...[schema, ...parts].map((part) => part.properties ?? {})),
    });
  }
}

const anyValue: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1.5, '', 'a', [], {}, [1, 'b'], { a: { b: null } }),
);

const text = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 12 }).map((characters) => characters.join(''));

/** A text of the format, the pattern or the lengths that a schema asks for. */
function shaped({ format, pattern, minLength = 0, maxLength = MAX_LENGTH }: Schema): Arbitrary<string> {
  if (pattern !== undefined) return matching(pattern);
  switch (format) {
    case 'uuid':
      return fc.uuid();
    case 'date-time':
      return fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000).toISOString());
    case 'date':
      return fc.integer({ min: 0, max: 40_000 }).map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
    case 'email':
      return fc.nat(99).map((number) => `someone${number}@acme.test`);
    case 'uri':
      return fc.nat(99).map((number) => `https://example.test/${number}`);
    case 'uri-reference':
      return fc.nat(99).map((number) => `/made/${number}`);
    case 'duration':
      return fc.integer({ min: 1, max: 59 }).map((minutes) => `PT${minutes}M`);
    case 'byte':
      return fc.base64String({ maxLength: 40 });
    case 'ipv4':
      return fc.ipV4();
    case undefined:
    case 'password':
    case 'binary': {
      const longest = Math.min(maxLength, MAX_LENGTH);
      const long = fc.constantFrom(minLength, longest).map((length) => 'x'.repeat(length));
      const filled = text.map((one) => [...one.padEnd(minLength, 'y')].slice(0, longest).join(''));
      return fc.oneof({ weight: 6, arbitrary: filled }, { weight: 1, arbitrary: long });
    }
    default:
      throw new Error(`texts of the format \`${format}\` are not made yet`);
  }
}

function rangeOf({ minimum, maximum, format }: Schema): { min: number; max: number } {
  const max = format === 'int64' ? Number.MAX_SAFE_INTEGER : 2 ** 31 - 1;
  return { min: Math.max(minimum ?? -max, -max), max: Math.min(maximum ?? max, max) };
}

function queryPart({ name, explode = true }: Parameter, value: unknown): string[] {
  const written = [value]
    .flat()
    .map((one) => encodeURIComponent(typeof one === 'object' ? JSON.stringify(one) : String(one)));
  if (!Array.isArray(value)) return [`${name}=${written[0]}`];
  if (!explode) return written.length === 0 ? [] : [`${name}=${written.join(',')}`];
  return written.map((one) => `${name}=${one}`);
}

function isJson(mediaType: string): boolean {
  return /json$/.test(mediaType);
}

function isForm(mediaType: string): boolean {
  return mediaType === 'application/x-www-form-urlencoded';
}

function mediaTypeOf(mediaType: string): string {
  return mediaType === '*/*' ? 'application/octet-stream' : mediaType;
}

function payloadOf(mediaType: string, value: unknown): string | Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (!isForm(mediaType)) return JSON.stringify(value);
  const fields = Object.entries(value as object).map(([name, one]): [string, string] => [name, String(one)]);
  return new URLSearchParams(fields).toString();
}
