import { readdirSync } from 'node:fs';
import { type Document, type Operation, readDocument, type Schema } from './documents.ts';

const FOLDER = new URL('../../dist/openapi/', import.meta.url);

/** Reads the documents of all services by version: `air.2.0` and `air.dsx`, not `air`. */
export function documentsOfServices(): readonly Document[] {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}.`))).map(readDocument);
}

/** Returns the operations that respond with a list, without aliases. */
export function listOperations(document: Document): readonly Operation[] {
  // The operations are from these paths.
  const { paths } = document.whole as { readonly paths: Paths };
  const isAlias = ({ method, path }: Operation) => paths[path]?.[method.toLowerCase()]?.['x-alias-of'] !== undefined;
  return document.operations.filter((operation) => !isAlias(operation) && answersWithList(document, operation));
}

type Paths = Readonly<Record<string, Readonly<Record<string, { readonly 'x-alias-of'?: string }>>>>;

function answersWithList(document: Document, { responses }: Operation): boolean {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const pointers = successes.flatMap(([, types]) => Object.values(types));
  return pointers.some((pointer) => isList(document, { $ref: pointer }));
}

/** Maximum number of members beside a list, such as paging. */
const MAX_AROUND = 5;
/** The status that the NGC gateway adds to every response. */
const OF_GATEWAY = 'requestStatus';

/** Whether a schema is a list, or an object with one list and its paging members. */
function isList(document: Document, schema: Schema): boolean {
  const parts = partsOf(document, schema);
  if (parts.some(({ type }) => type === 'array')) return true;
  const members = parts.flatMap(({ properties = {} }) => Object.entries(properties));
  const given = members.filter(([name]) => name !== OF_GATEWAY).map(([, member]) => member);
  const lists = given.filter((member) => isList(document, member));
  const isAround = (member: Schema) => !partsOf(document, member).some(isObject);
  return lists.length > 0 && given.length <= MAX_AROUND && given.every((one) => lists.includes(one) || isAround(one));
}

function isObject({ type, properties }: Schema): boolean {
  return type === 'object' || properties !== undefined;
}

/** Returns a schema and its parts. */
function partsOf(document: Document, schema: Schema): readonly Schema[] {
  const whole = document.resolved(schema);
  const { allOf = [], anyOf = [], oneOf = [] } = whole;
  return [whole, ...[...allOf, ...anyOf, ...oneOf].flatMap((part) => partsOf(document, part))];
}
