import { isRecord } from '../../../src/conformance-entry.ts';
import { idFormOf, isIdName, isSecretName, normalise } from './normalise.ts';
import type { PlayedAnswer } from './play.ts';

/** Names of members with values that users choose. */
const FREE_VALUE =
  /^(?:description|email|createdBy|updatedBy|lastLogin|namespace)$|(?:^|_)(?:user|display)?name$|(?:Name|Path)$/;
/** Names of members that count the entries of the list next to them. */
const COUNT = /^(?:count|total|totalCount|totalRecords|displayRecords)$/;
/** The parameters and certificates of a public key (RFC 7518, section 6). */
const KEY_MATERIAL = /^body\.keys\[\]\.(?:n|x|y|x5c|x5t|x5t#S256)$/;
/** The minimum page size: a shorter list must be complete. */
const MIN_PAGE = 10;
/** Deeper values are ignored. */
const MAX_DEPTH = 20;

/** All values at a place. The entries of a list share one place. */
export interface Shape {
  readonly types: Set<string>;
  readonly values: Set<string>;
  /** The forms of generated ids. Contains null for a chosen id, such as a name. */
  readonly idForms: Set<string | null>;
  /** The entries of a list in order, by name or id. */
  order: readonly string[];
  /** For a member that counts the list next to it: both numbers as text, and whether they fit. */
  count: { readonly fits: boolean; readonly text: string } | null;
  readonly isData: boolean;
}

/** The context for reading a response. */
export interface Reading {
  readonly secrets: readonly string[];
  /** Ids in the path of the request. */
  readonly ids: readonly string[];
  readonly url: string;
  /** Returns the values that the document allows at a place; null if it does not list them. */
  constantsAt(place: string): readonly string[] | null;
  formatAt(place: string): unknown;
}

/** Returns the shapes of the values in a response body, by place. */
export function findShapes({ text, headers }: PlayedAnswer, reading: Reading): ReadonlyMap<string, Shape> {
  const found = new Map<string, Shape>();
  const visit = (value: unknown, place: string, name: string, depth: number): void => {
    const isData = FREE_VALUE.test(name) || COUNT.test(name);
    const empty = { types: new Set<string>(), values: new Set<string>(), idForms: new Set<string | null>() };
    const shape: Shape = found.get(place) ?? { ...empty, order: [], count: null, isData };
    found.set(place, shape);
    shape.types.add(typeOf(value));
    if (depth > MAX_DEPTH) return;
    if (Array.isArray(value)) {
      shape.order = place.includes('[]') ? [] : namesOf(value);
      for (const one of value) visit(one, `${place}[]`, name, depth + 1);
    } else if (isRecord(value)) {
      for (const [member, inner] of Object.entries(value)) {
        visit(inner, `${place}.${normalise(member)}`, member, depth + 1);
        const counter = found.get(`${place}.${member}`);
        if (counter !== undefined && COUNT.test(member)) counter.count = countedBy(value, member, inner, reading.url);
      }
    } else readValue(shape, value, place, name, reading);
  };
  const isPage = headers['content-type']?.startsWith('text/html') === true;
  visit(isPage ? '(a page)' : jsonOr(text), 'body', '', 0);
  return found;
}

function readValue(shape: Shape, value: unknown, place: string, name: string, reading: Reading): void {
  if (value === null) return;
  if (isSecretName(name) || KEY_MATERIAL.test(place)) shape.values.add('<secret>');
  else if (isId(place, name, reading)) {
    shape.idForms.add(idFormOf(value));
    shape.values.add('<id>');
  } else shape.values.add(normalise(String(value), reading.secrets, reading.ids));
}

function isId(place: string, name: string, { constantsAt, formatAt }: Reading): boolean {
  return (isIdName(name) || formatAt(place) === 'uuid') && constantsAt(place) === null;
}

/** Returns what identifies the entries of a list, such as names; empty if nothing does. */
function namesOf(list: readonly unknown[]): readonly string[] {
  for (const member of ['name', 'id', 'kid', 'email']) {
    const names = list.map((entry) => (isRecord(entry) ? entry[member] : entry));
    if (names.every((name) => typeof name === 'string' || typeof name === 'number')) return names.map(String);
  }
  return [];
}

function countedBy(holder: Record<string, unknown>, name: string, count: unknown, url: string): Shape['count'] {
  const [list, ...others] = Object.values(holder).filter((value) => Array.isArray(value));
  if (typeof count !== 'number' || list === undefined || others.length > 0) return null;
  const isPage =
    name !== 'displayRecords' &&
    (list.length >= MIN_PAGE || typeof holder['next'] === 'string' || /[?&](?:limit|page_?size|offset)=/i.test(url));
  return {
    fits: count === list.length || (isPage && count > list.length),
    text: `${count} next to a list of ${list.length}`,
  };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
