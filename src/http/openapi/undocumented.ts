import { messageOf } from '../../lib/errors.ts';
import { isRecord, own } from '../../lib/members.ts';
import { findNear } from '../../lib/nearest.ts';
import { showPath } from '../../lib/redact.ts';
import type { JsonSchema } from './prepared.ts';

export interface UndocumentedMember {
  readonly path: string;
  readonly near: string | undefined;
}

const MAX_LISTED = 20;

export function listUndocumentedQuery(
  queryNames: readonly string[] | 'any',
  names: Iterable<string>,
): readonly UndocumentedMember[] {
  if (queryNames === 'any') return [];
  const unknown = [...names].filter((name) => !queryNames.includes(name));
  return unknown.slice(0, MAX_LISTED).map((name) => ({ path: showPath(name), near: findNear(name, queryNames) }));
}

/** Returns the members of a value that its schema lacks, at any depth. None for objects that allow any member. */
export function listUndocumentedMembers(schema: JsonSchema | undefined, value: unknown): readonly UndocumentedMember[] {
  const found: UndocumentedMember[] = [];
  addUndocumented(schema === undefined ? [] : [schema], value, '', found);
  return found;
}

/** @param schemas of the value, including alternatives @param path of the value; empty for the whole body */
function addUndocumented(
  schemas: readonly JsonSchema[],
  value: unknown,
  path: string,
  found: UndocumentedMember[],
): void {
  if (found.length >= MAX_LISTED || schemas.length === 0) return;
  const composed = schemas.flatMap(composedSchemas);
  if (Array.isArray(value)) {
    const items = composed.flatMap((schema): JsonSchema[] => (schema.items === undefined ? [] : [schema.items]));
    for (const [index, entry] of value.entries()) {
      if (found.length >= MAX_LISTED) return;
      addUndocumented(items, entry, `${path}[${index}]`, found);
    }
    return;
  }
  if (isRecord(value)) addUndocumentedOfObject(composed, value, path, found);
}

/** @param composed the schemas of the object, with all schemas of which they are composed */
function addUndocumentedOfObject(
  composed: readonly JsonSchema[],
  value: Readonly<Record<string, unknown>>,
  path: string,
  found: UndocumentedMember[],
): void {
  // Does not check which names match a pattern: the schemas are candidates for every name.
  const schemasOfAnyName = composed
    .flatMap((schema) => [schema['additionalProperties'], ...Object.values(Object(schema['patternProperties']))])
    .filter(isRecord);
  // A schema without members does not say which ones are allowed.
  if (schemasOfAnyName.length === 0 && composed.every(({ properties }) => properties === undefined)) return;
  const isOpen = composed.some(({ additionalProperties = false, patternProperties = false }) =>
    [additionalProperties, patternProperties].some((keyword) => keyword !== false),
  );
  const names = [...new Set(composed.flatMap(({ properties = {} }) => Object.keys(properties)))];
  for (const [name, member] of Object.entries(value)) {
    if (found.length >= MAX_LISTED) return;
    const named = composed.flatMap(({ properties }): JsonSchema[] => {
      const schema = own(properties, name);
      return schema === undefined ? [] : [schema];
    });
    const memberSchemas = named.length > 0 ? named : schemasOfAnyName;
    const memberPath = path === '' ? showPath(name) : `${path}.${showPath(name)}`;
    if (memberSchemas.length > 0) addUndocumented(memberSchemas, member, memberPath, found);
    else if (!isOpen) {
      const unusedNames = names.filter((documented) => !Object.hasOwn(value, documented));
      found.push({ path: memberPath, near: findNear(name, unusedNames) });
    }
  }
}

export function describeUndocumented(kind: 'field' | 'query parameter', { path, near }: UndocumentedMember): string {
  return `the document does not list the ${kind} \`${path}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
}

function composedSchemas(schema: JsonSchema): readonly JsonSchema[] {
  const parts = (['allOf', 'oneOf', 'anyOf', 'if', 'then', 'else'] as const).flatMap(
    (keyword) => (schema[keyword] ?? []) as JsonSchema | readonly JsonSchema[],
  );
  return [schema, ...parts.filter(isRecord).flatMap(composedSchemas)];
}

/** Returns the result or, if the document's schema cannot be compiled, a sentence that says why. */
export function orUnusable<Result>(compile: () => Result): Result | string {
  try {
    return compile();
  } catch (thrown) {
    if (thrown instanceof RangeError) return 'its schema cannot be used: it is too large, or nested too deeply';
    return `its schema cannot be used: ${showPath(messageOf(thrown))}`;
  }
}

/** Statuses that do not depend on the operation, so its document need not list them. */
export const STATUSES_OF_THE_SERVER: ReadonlyMap<number, string> = new Map([
  [405, 'the path does not support the method, so no operation can list the status'],
  [408, 'the request did not arrive in time'],
  [413, 'the body is larger than the server accepts for any operation'],
  [414, 'the path is longer than the server accepts'],
  [417, 'HTTP defines one expectation, and no operation adds one'],
  [431, 'the headers are larger than the server accepts'],
  [500, 'an error of the mock, which not every document lists'],
  [503, 'a service that the mock depends on does not answer'],
  [507, 'the machine has no space left to store the request'],
]);
