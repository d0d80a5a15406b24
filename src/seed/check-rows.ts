import { isDeepStrictEqual } from 'node:util';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { findValueFault, selectViolations, type TypeWords, type Violation } from '../explaining/index.ts';
import { NEW, type Row } from '../store/collections.ts';
import type { RowSchema, SettingSchema, StoredSchemas } from '../store/row-schema.ts';
import { SETTINGS } from '../store/settings.ts';
import { adviseName } from '../text/nearest.ts';
import { redact } from '../text/redact.ts';

/** A row from outside. */
export type GivenRow = Omit<Row, 'revision'>;

/** Returns what is wrong with a row, as a sentence that starts with the member; null if the row is valid. */
export type RowCheck = (row: GivenRow) => string | null;

const WORDS: TypeWords = Object.fromEntries(
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
const MAX_SHOWN = 200;

/** Compiled validators by schema. Compiling all of them takes a second. */
const VALIDATORS = new WeakMap<object, ValidateFunction>();

/**
 * Returns a check for rows of a snapshot file: that all code can read the body, and that the members used for lookups
 * match the body.
 */
export function createRowCheck(all: readonly StoredSchemas[]): RowCheck {
  const byCollection = new Map(all.flatMap(({ rows }) => rows).map((schema) => [schema.collection, schema]));
  const settings = new Map(all.flatMap((one) => Object.entries(one.settings ?? {})));
  return (row) => {
    const schema = byCollection.get(row.collection);
    if (schema === undefined) return unknownName('collection', row.collection, [...byCollection.keys()]);
    const fault =
      findBodyFault(schema, row) ?? (row.collection === SETTINGS.name ? findSettingFault(settings, row) : null);
    return fault === null ? findDerivedFault(schema, row) : fault;
  };
}

function findBodyFault({ body: schema, isPart }: RowSchema, { parent, body }: GivenRow): string | null {
  if (isPart && parent === null) return '`parent` is not valid; expected a string, got null';
  return findSchemaFault(schema, body, ['body']);
}

/** @param row has text as its body */
function findSettingFault(schemas: ReadonlyMap<string, SettingSchema>, { id, body }: GivenRow): string | null {
  const schema = schemas.get(id);
  if (schema === undefined) return unknownName('id', id, [...schemas.keys()]);
  if ('text' in schema) return findSchemaFault(schema.text, body, ['body']);
  const value = jsonIn(String(body));
  if (value === undefined) return '`body` is not valid; expected JSON';
  return findSchemaFault(schema.json, value, ['body']);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param row has a valid body */
function findDerivedFault(schema: RowSchema, row: GivenRow): string | null {
  const rebuilt = schema.rebuild({ ...row, revision: NEW });
  for (const name of DERIVED) {
    if (isDeepStrictEqual(row[name], rebuilt[name])) continue;
    const expected = redact(JSON.stringify(rebuilt[name]) ?? 'nothing').slice(0, MAX_SHOWN);
    return `\`${name}\` does not fit the body; expected \`${expected}\``;
  }
  return null;
}

function findSchemaFault(schema: object, value: unknown, above: readonly string[]): string | null {
  const validate = VALIDATORS.get(schema) ?? compiled(schema);
  if (validate(value)) return null;
  const [first, ...others] = (validate.errors ?? []) as Violation[];
  if (first === undefined) return null;
  const fault = findValueFault(selectViolations([first, ...others]), WORDS);
  const place = `\`${[...above, ...fault.place].join('.')}\``;
  switch (fault.kind) {
    case 'missing':
      return `${place} is missing; expected ${fault.expected}`;
    case 'unknown':
      return `${place} is not known; expected only ${fault.expected}`;
    case 'invalid':
      return `${place} is not valid; expected ${fault.expected}, got ${fault.got}`;
  }
}

function compiled(schema: object): ValidateFunction {
  // Readers parse date-times. No other format matters to them.
  const ajv = addFormats.default(new Ajv({ verbose: true, strict: false, logger: false }), ['date-time']);
  const validate = ajv.compile(schema);
  VALIDATORS.set(schema, validate);
  return validate;
}

function unknownName(member: string, given: string, known: readonly string[]): string {
  return `\`${member}\` is not known.${adviseName(given.slice(0, MAX_SHOWN), known)}`;
}
