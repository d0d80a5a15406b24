import { readdirSync } from 'node:fs';
import { type Document, type Operation, readDocument, type Schema } from './documents.ts';

const FOLDER = new URL('../../dist/openapi/', import.meta.url);

/** The documents of every service, a service with versions by those: `air.2.0` and `air.dsx`, not `air`. */
export function documentsOfServices(): readonly Document[] {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}.`))).map(readDocument);
}

/** The operations of a document whose answer is a list, without those that only have another path. */
export function listOperations(document: Document): readonly Operation[] {
  // Every operation was read from there.
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

/** More members than a list has around it: its pages, its length. */
const MAX_AROUND = 5;
/** The status that the NGC gateway adds to every answer. */
const OF_GATEWAY = 'requestStatus';

/** A list itself, or an object that has nothing else than one and what is around it. */
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

/** A schema with those that it is made of. */
function partsOf(document: Document, schema: Schema): readonly Schema[] {
  const whole = document.resolved(schema);
  const { allOf = [], anyOf = [], oneOf = [] } = whole;
  return [whole, ...[...allOf, ...anyOf, ...oneOf].flatMap((part) => partsOf(document, part))];
}
