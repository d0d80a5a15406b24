import { isRecord } from '../../../src/conformance-entry.ts';
import { idFormOf, isIdName, isSecretName, normalise } from './normalise.ts';
import type { ServiceResponse } from './types.ts';

/** Members with values that users choose. */
const USER_CHOSEN_NAME =
  /^(?:description|email|createdBy|updatedBy|lastLogin|namespace)$|(?:^|_)(?:user|display)?name$|(?:Name|Path)$/;
/** Members with the length of the list next to them. */
const COUNT_NAME = /^(?:count|total|totalCount|totalRecords|displayRecords)$/;
/** The parameters and certificates of a public key (RFC 7518, section 6). */
const KEY_MATERIAL = /^body\.keys\[\]\.(?:n|x|y|x5c|x5t|x5t#S256)$/;
/** No service has smaller pages, so a shorter list is complete. */
const MIN_PAGE_SIZE = 10;
/** Values nested deeper than this are ignored. */
const MAX_DEPTH = 20;

/** What a response has at one place. All entries of a list share a place, such as `body.users[].name`. */
export interface Shape {
  readonly types: Set<string>;
  readonly values: Set<string>;
  /** The forms of generated ids. Contains null for a chosen id, such as a name. */
  readonly idForms: Set<string | null>;
  /** For a list: the names or ids of its entries, in order. */
  order: readonly string[];
  /** For a member that counts the list next to it: both numbers as text, and whether they match. */
  count: { readonly fits: boolean; readonly text: string } | null;
  /** Whether the values depend on the data in the account. */
  readonly isData: boolean;
}

/** What must be known to tell ids and secrets from other values in a response. */
export interface ResponseContext {
  readonly secrets: readonly string[];
  /** Ids in the path of the request. */
  readonly ids: readonly string[];
  readonly url: string;
  /** Returns the enum or constant that the document has for a place; null if it has none. */
  constantsAt(path: string): readonly string[] | null;
  formatAt(path: string): unknown;
}

/** Returns the shapes of the values in a response body, by place. */
export function shapesOf({ text, headers }: ServiceResponse, context: ResponseContext): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  const visit = (value: unknown, path: string, name: string, depth: number): void => {
    const shape = shapes.get(path) ?? emptyShape(name);
    shapes.set(path, shape);
    shape.types.add(typeOf(value));
    if (depth > MAX_DEPTH) return;
    if (Array.isArray(value)) {
      shape.order = path.includes('[]') ? [] : findIdentifiers(value);
      for (const entry of value) visit(entry, `${path}[]`, name, depth + 1);
    } else if (isRecord(value)) {
      for (const [member, memberValue] of Object.entries(value)) {
        visit(memberValue, `${path}.${normalise(member)}`, member, depth + 1);
        const counter = shapes.get(`${path}.${member}`);
        if (counter !== undefined && COUNT_NAME.test(member)) {
          counter.count = compareCount(value, member, memberValue, context.url);
        }
      }
    } else addValue(shape, value, path, name, context);
  };
  const isPage = headers['content-type']?.startsWith('text/html') === true;
  visit(isPage ? '(a page)' : parseJsonOrText(text), 'body', '', 0);
  return shapes;
}

function emptyShape(name: string): Shape {
  const isData = USER_CHOSEN_NAME.test(name) || COUNT_NAME.test(name);
  return { types: new Set(), values: new Set(), idForms: new Set(), order: [], count: null, isData };
}

function addValue(shape: Shape, value: unknown, path: string, name: string, context: ResponseContext): void {
  if (value === null) return;
  if (isSecretName(name) || KEY_MATERIAL.test(path)) shape.values.add('<secret>');
  else if (isId(path, name, context)) {
    shape.idForms.add(idFormOf(value));
    shape.values.add('<id>');
  } else shape.values.add(normalise(String(value), context.secrets, context.ids));
}

function isId(path: string, name: string, { constantsAt, formatAt }: ResponseContext): boolean {
  return (isIdName(name) || formatAt(path) === 'uuid') && constantsAt(path) === null;
}

/** Returns the names or ids of the entries of a list; empty if the entries have neither. */
function findIdentifiers(list: readonly unknown[]): readonly string[] {
  for (const member of ['name', 'id', 'kid', 'email']) {
    const names = list.map((entry) => (isRecord(entry) ? entry[member] : entry));
    if (names.every((name) => typeof name === 'string' || typeof name === 'number')) return names.map(String);
  }
  return [];
}

/** Compares a count with the length of the only list in the same object. A page may be shorter than the count. */
function compareCount(parent: Record<string, unknown>, name: string, count: unknown, url: string): Shape['count'] {
  const [list, ...others] = Object.values(parent).filter((value) => Array.isArray(value));
  if (typeof count !== 'number' || list === undefined || others.length > 0) return null;
  const isPage =
    name !== 'displayRecords' &&
    (list.length >= MIN_PAGE_SIZE ||
      typeof parent['next'] === 'string' ||
      /[?&](?:limit|page_?size|offset)=/i.test(url));
  return {
    fits: count === list.length || (isPage && count > list.length),
    text: `${count} next to a list of ${list.length}`,
  };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function parseJsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
