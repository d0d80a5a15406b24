import { describeDurations } from '../../lib/duration.ts';
import { isRecord, own } from '../../lib/members.ts';
import { findOtherSpelling, listNames } from '../../lib/nearest.ts';
import { redact, shorten } from '../../lib/redact.ts';

/** A violation of a JSON Schema, in the form of ajv's errors with `verbose`. */
export interface Violation {
  readonly keyword: string;
  /** RFC 6901: `/requestBody/users/0`. */
  readonly instancePath: string;
  /** The keyword in the schema: `#/properties/users/anyOf/0/required`. */
  readonly schemaPath?: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly parentSchema?: Schema | undefined;
  readonly data?: unknown;
  /** ajv's own message: `must NOT have duplicate items`. */
  readonly message?: string | undefined;
}

/** The part of a JSON Schema that describes the expected value. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  /** Enum values that only these versions have. */
  readonly 'x-other-versions'?: Readonly<Record<string, readonly string[]>>;
  /** The keywords that the operation checks itself. */
  readonly 'x-documented'?: { readonly pattern?: string };
  readonly [keyword: string]: unknown;
}

/** Why a value is invalid, as parts of a sentence. */
export interface ValueError {
  readonly kind: 'missing' | 'unknown' | 'invalid';
  /** From the outside in, ending with a missing or unknown member. Names are truncated, because clients choose them. */
  readonly path: readonly string[];
  /** `a string of 1 to 64 characters`. */
  readonly expected: string;
  /** The given value, by kind and length only, because it may be a secret: `a string of 12 characters`. */
  readonly got: string;
  /** For a missing member: a given name that differs only in spelling. */
  readonly otherSpelling?: string;
  /** For an unknown name or value: the given one, and the valid ones. */
  readonly given?: string;
  readonly valid?: readonly string[];
  /** For an unknown name: nested paths where the schema has it, relative to its parent. */
  readonly nestedPaths?: readonly (readonly string[])[];
}

/** Names of types for the author of a value: JSON has an array, a YAML seed a list. */
export type TypeNames = Readonly<Record<string, string>>;

/**
 * Describes the first error. A value that fits none of several schemas is compared with all of them, because the first
 * violation would rule out the others.
 * @param violations in ajv's order: those inside a choice first
 */
export function findValueError(
  violations: readonly [Violation, ...Violation[]],
  typeNames: TypeNames = {},
): ValueError {
  const [first] = violations;
  const choice = violations.find(
    ({ keyword, instancePath }) => isChoice(keyword) && instancePath === first.instancePath,
  );
  const { instancePath, data } = first;
  if (typeof data === 'number' && expectsDuration(choice ?? first)) {
    return {
      kind: 'invalid',
      path: splitPath(instancePath),
      expected: describeDurations(data),
      got: describeKind(data),
    };
  }
  return (choice && describeChoice(choice, typeNames)) ?? describeViolation(first, typeNames);
}

/** A part of every pattern of durations. */
const DURATION_UNITS = /\[smhd\]/;

function expectsDuration({ parentSchema = {} }: Violation): boolean {
  const { anyOf = [], oneOf = [] } = parentSchema;
  return [parentSchema, ...anyOf, ...oneOf].some(({ pattern, 'x-documented': documented }) =>
    DURATION_UNITS.test(pattern ?? documented?.pattern ?? ''),
  );
}

export function isChoice(keyword: string): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf';
}

/** Describes a choice as a whole; undefined if a schema of the choice has no type, or for a whole body. */
function describeChoice(choice: Violation, typeNames: TypeNames): ValueError | undefined {
  const { instancePath, parentSchema, data } = choice;
  if (isAmbiguous(choice)) return undefined;
  const { anyOf, oneOf }: Schema = parentSchema ?? {};
  const schemas = anyOf ?? oneOf ?? [];
  const path = splitPath(instancePath);
  if (path.length < 2 || schemas.some(({ type }) => type === undefined)) return undefined;
  const [last = '', ...others] = schemas.map((schema) => describeAlternative(schema, typeNames)).reverse();
  const expected = others.length === 0 ? last : `${others.reverse().join(', ')} or ${last}`;
  return { kind: 'invalid', path, expected, got: describeKind(data) };
}

function isAmbiguous({ params }: Violation): boolean {
  return Array.isArray(params['passingSchemas']);
}

function describeAlternative(schema: Schema, typeNames: TypeNames): string {
  if (schema.required === undefined) {
    const { 'x-example': example } = schema;
    return `${describeExpectation(schema, typeNames)}${typeof example === 'string' ? ` such as \`${example}\`` : ''}`;
  }
  return `${describeExpectation(schema, typeNames)} with ${schema.required.map((name) => `\`${name}\``).join(', ')}`;
}

function describeViolation(violation: Violation, typeNames: TypeNames): ValueError {
  const { keyword, instancePath, params, parentSchema, data } = violation;
  const schema: Schema = parentSchema ?? {};
  const path = splitPath(instancePath);
  if (keyword === 'required') {
    const missing = String(params['missingProperty']);
    const otherSpelling = isRecord(data) ? findOtherSpelling(Object.keys(data), missing) : undefined;
    return {
      kind: 'missing',
      path: [...path, missing],
      expected: describeExpectation(own(schema.properties, missing) ?? {}, typeNames),
      got: 'nothing',
      ...(otherSpelling !== undefined && { otherSpelling: sanitizeName(otherSpelling) }),
    };
  }
  if (keyword === 'additionalProperties') {
    const given = String(params['additionalProperty']);
    const valid = Object.keys(schema.properties ?? {});
    const expected = listNames(given, valid);
    const named = { given: sanitizeName(given), valid, nestedPaths: findNestedPaths(given, schema) };
    return { kind: 'unknown', path: [...path, sanitizeName(given)], expected, got: describeKind(data), ...named };
  }
  if (keyword === 'not') return { kind: 'invalid', path, ...describeCombination(data) };
  const names = schema.enum?.filter((value) => typeof value === 'string') ?? [];
  return {
    kind: 'invalid',
    path,
    expected:
      describeExpectation(schema, typeNames, typeof data === 'string' ? data : '') +
      describeFurtherExpectation(violation),
    got: NUMERIC_KEYWORDS.has(keyword) ? `\`${data}\`` : describeKind(data),
    ...(typeof data === 'string' && names.length > 0 && { given: data, valid: names }),
  };
}

/** Describes a violation of `not`, whose schema defines only what is forbidden. */
function describeCombination(data: unknown): Pick<ValueError, 'expected' | 'got'> {
  if (!isRecord(data) || Array.isArray(data)) return { expected: 'another value', got: describeKind(data) };
  const names = Object.keys(data).map(sanitizeName);
  return { expected: 'another combination of fields', got: names.length === 0 ? 'none' : listNames('', names) };
}

const NUMERIC_KEYWORDS: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
]);

const DESCRIBED_KEYWORDS: ReadonlySet<string> = new Set(['type', 'enum', 'format', 'pattern', 'minimum', 'maximum']);
const DESCRIBED_SIZE_KEYWORD = /^(?:min|max)(?:Length|Items)$/;

/** Describes any other keyword in ajv's words: otherwise, the message would expect exactly the given kind of value. */
function describeFurtherExpectation(violation: Violation): string {
  const { keyword, message = '' } = violation;
  const isDescribed = DESCRIBED_KEYWORDS.has(keyword) || DESCRIBED_SIZE_KEYWORD.test(keyword);
  if (isDescribed || !message.startsWith('must ') || (isChoice(keyword) && !isAmbiguous(violation))) return '';
  return ` that ${message.replaceAll('NOT', 'not')}`;
}

/** Returns where a misplaced name belongs: the shallowest nested paths that have it. */
function findNestedPaths(name: string, { properties = {} }: Schema): readonly (readonly string[])[] {
  let level = Object.entries(properties).map(([member, schema]) => ({ path: [member], schema }));
  while (level.length > 0) {
    const nested = level.flatMap(({ path, schema }) => listMembers(path, schema));
    const found = nested.filter(({ path }) => path.at(-1)?.toLowerCase() === name.toLowerCase());
    if (found.length > 0) return found.map(({ path }) => path);
    level = nested;
  }
  return [];
}

/** Returns the members of a schema at a path, with their paths: `users[]`, `name` for the entries of a list. */
function listMembers(path: readonly string[], { properties, items }: Schema) {
  const parent = items === undefined ? path : [...path.slice(0, -1), `${path.at(-1)}[]`];
  return Object.entries(properties ?? items?.properties ?? {}).map(([member, schema]) => {
    return { path: [...parent, member], schema };
  });
}

function splitPath(instancePath: string): readonly string[] {
  return instancePath.split('/').slice(1);
}

/** Makes a given name safe for messages: it may be a credential, or contain line breaks. */
function sanitizeName(name: string): string {
  return shorten(redact(name).replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '?'));
}

/** Describes the value that a schema expects. @param given the value, if it is a string */
function describeExpectation(schema: Schema, typeNames: TypeNames, given = ''): string {
  if (schema.enum !== undefined) {
    const values = schema.enum.filter((value) => value !== null).map(String);
    return `${schema.enum.includes(null) ? 'null or ' : ''}one of ${listNames(given, values)}`;
  }
  const { type = 'value', format, pattern } = schema;
  return [
    own(typeNames, type) ?? withArticle(type),
    own(typeNames, type) === undefined ? describeRange(schema) : '',
    format && `in the form \`${format}\``,
    pattern !== undefined && `that matches \`${pattern}\``,
  ]
    .filter(Boolean)
    .join(' ');
}

function describeRange({ minLength, maxLength, minimum, maximum, minItems, maxItems }: Schema): string {
  if (minItems !== undefined && maxItems !== undefined) return `of ${minItems} to ${maxItems} entries`;
  if (minItems !== undefined) return `of at least ${minItems} ${minItems === 1 ? 'entry' : 'entries'}`;
  if (maxItems !== undefined) return `of at most ${maxItems} entries`;
  if (minLength !== undefined && maxLength !== undefined) return `of ${minLength} to ${maxLength} characters`;
  if (maxLength !== undefined) return `of at most ${maxLength} characters`;
  if (minLength !== undefined) return `of at least ${characters(minLength)}`;
  if (minimum !== undefined && maximum !== undefined) return `from ${minimum} to ${maximum}`;
  if (maximum !== undefined) return `of at most ${maximum}`;
  return minimum === undefined ? '' : `of at least ${minimum}`;
}

function describeKind(data: unknown): string {
  if (data === null) return 'null';
  if (Array.isArray(data)) return `an array of ${data.length}`;
  return typeof data === 'string' ? `a string of ${characters([...data].length)}` : withArticle(typeof data);
}

function characters(count: number): string {
  return count === 1 ? '1 character' : `${count} characters`;
}

function withArticle(noun: string): string {
  return /^[aeio]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

/** Names for the parts of a request, by the first segment of a path. */
const PART_NAMES: Readonly<Record<string, string>> = {
  requestBody: 'Field',
  query: 'Query parameter',
  path: 'Path parameter',
  header: 'Header',
};

const MAX_PATHS = 2;

/** Describes an invalid request: field, expected and sent. @param near the name or value that was probably meant */
export function describeRequestError(error: ValueError, near?: string): string {
  const { kind, path, expected, got, otherSpelling, nestedPaths = [] } = error;
  const [part = '', ...segments] = path;
  if (kind === 'missing' && segments.length === 0) return 'The request has no body; expected a JSON object.';
  const name = segments.length === 0 ? 'The body' : `${PART_NAMES[part]} \`${segments.join('.')}\``;
  switch (kind) {
    case 'missing':
      return `${name} is missing; expected ${expected}${
        otherSpelling === undefined ? '' : `; \`${otherSpelling}\` was sent, but is not a known field`
      }.`;
    case 'unknown':
      if (nestedPaths.length > 0) {
        const paths = nestedPaths.map((nested) => `\`${[...segments.slice(0, -1), ...nested].join('.')}\``);
        return `${name} is not known here; it belongs at ${paths.slice(0, MAX_PATHS).join(' or ')}. There ${describeList(expected)}.`;
      }
      return near === undefined
        ? `${name} is not known here; there ${describeList(expected)}.`
        : `${name} is not known here; did you mean \`${near}\`? There ${describeList(expected)}.`;
    case 'invalid':
      return `${name} is not valid; expected ${expected}, got ${got}.${near === undefined ? '' : ` Did you mean \`${near}\`?`}`;
  }
}

/** @param names as a list */
function describeList(names: string): string {
  if (names === '') return 'are none';
  return `${names.includes(', ') ? 'are' : 'is only'} ${names}`;
}
