import { isDeepStrictEqual } from 'node:util';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { findValueError, selectViolations, type TypeNames, type Violation } from '../explaining/index.ts';
import { NEW, type Row } from '../store/collections.ts';
import type { RowSchema, SettingSchema, StoredSchemas } from '../store/row-schema.ts';
import { SETTINGS } from '../store/settings.ts';
import { adviseName } from '../text/nearest.ts';
import { redact } from '../text/redact.ts';

/** A row of a snapshot file, which may have any content. */
export type ImportedRow = Omit<Row, 'revision'>;

/** Returns what is wrong with a row, as a sentence that starts with the member; null if the row is valid. */
export type RowCheck = (row: ImportedRow) => string | null;

const TYPE_NAMES: TypeNames = Object.fromEntries(
  Object.entries({
    string: 'a string',
    integer: 'an integer',
    number: 'a number',
    boolean: 'a boolean',
    object: 'an object',
    array: 'an array',
  }).map(([type, words]) => [`${type},null`, `${words} or null`]),
);

/** The members that a service derives from the body alone. */
const DERIVED = ['id', 'owner', 'parent', 'aliases', 'labels', 'sharedWith', 'dueAt', 'facets'] as const;

/** The maximum number of characters of an expected value in a message. */
const MAX_QUOTED_LENGTH = 200;

/** Compiled validators by schema. Compiling all of them takes a second. */
const VALIDATORS = new WeakMap<object, ValidateFunction>();

/**
 * Returns a check for rows of a snapshot file: that all code can read the body, and that the members used for lookups
 * match the body.
 */
export function createRowCheck(services: readonly StoredSchemas[]): RowCheck {
  const byCollection = new Map(services.flatMap(({ rows }) => rows).map((schema) => [schema.collection, schema]));
  const settings = new Map(services.flatMap((service) => Object.entries(service.settings ?? {})));
  return (row) => {
    const schema = byCollection.get(row.collection);
    if (schema === undefined) return describeUnknownName('collection', row.collection, [...byCollection.keys()]);
    const violation =
      findBodyViolation(schema, row) ?? (row.collection === SETTINGS.name ? findSettingViolation(settings, row) : null);
    return violation === null ? findDerivedViolation(schema, row) : violation;
  };
}

function findBodyViolation({ body: schema, isPart }: RowSchema, { parent, body }: ImportedRow): string | null {
  if (isPart && parent === null) return '`parent` is not valid; expected a string, got null';
  return findSchemaViolation(schema, body, ['body']);
}

/** @param row has text as its body */
function findSettingViolation(schemas: ReadonlyMap<string, SettingSchema>, { id, body }: ImportedRow): string | null {
  const schema = schemas.get(id);
  if (schema === undefined) return describeUnknownName('id', id, [...schemas.keys()]);
  if ('text' in schema) return findSchemaViolation(schema.text, body, ['body']);
  const value = parseJson(String(body));
  if (value === undefined) return '`body` is not valid; expected JSON';
  return findSchemaViolation(schema.json, value, ['body']);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param row has a valid body */
function findDerivedViolation(schema: RowSchema, row: ImportedRow): string | null {
  const rebuilt = schema.rebuild({ ...row, revision: NEW });
  for (const name of DERIVED) {
    if (isDeepStrictEqual(row[name], rebuilt[name])) continue;
    const expected = redact(JSON.stringify(rebuilt[name]) ?? 'nothing').slice(0, MAX_QUOTED_LENGTH);
    return `\`${name}\` does not fit the body; expected \`${expected}\``;
  }
  return null;
}

function findSchemaViolation(schema: object, value: unknown, parentPath: readonly string[]): string | null {
  const validate = VALIDATORS.get(schema) ?? compileSchema(schema);
  if (validate(value)) return null;
  const [first, ...others] = (validate.errors ?? []) as Violation[];
  if (first === undefined) return null;
  const violation = findValueError(selectViolations([first, ...others]), TYPE_NAMES);
  const member = `\`${[...parentPath, ...violation.path].join('.')}\``;
  switch (violation.kind) {
    case 'missing':
      return `${member} is missing; expected ${violation.expected}`;
    case 'unknown':
      return `${member} is not known; expected only ${violation.expected}`;
    case 'invalid':
      return `${member} is not valid; expected ${violation.expected}, got ${violation.got}`;
  }
}

function compileSchema(schema: object): ValidateFunction {
  // Readers parse date-times. No other format matters to them.
  const ajv = addFormats.default(new Ajv({ verbose: true, strict: false, logger: false }), ['date-time']);
  const validate = ajv.compile(schema);
  VALIDATORS.set(schema, validate);
  return validate;
}

function describeUnknownName(member: string, name: string, validNames: readonly string[]): string {
  return `\`${member}\` is not known.${adviseName(name.slice(0, MAX_QUOTED_LENGTH), validNames)}`;
}
