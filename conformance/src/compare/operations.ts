import { fits, isRecord, isVariable, memberOf } from '../../../src/conformance-entry.ts';
import { isOrganisation } from './credentials.ts';

/** What differs between two responses, in terms of the document. */
export type DifferenceClass =
  | 'status'
  | 'redirect'
  | 'order of checks'
  | 'credential'
  | 'limit'
  | 'header'
  | 'missing field'
  | 'error body'
  | 'enum'
  | 'default'
  | 'id form'
  | 'order of a list'
  | 'count'
  | 'propagation time'
  | 'value';

/** An operation of the document. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** The segments of the path, as in the document. */
  readonly path: readonly string[];
  readonly responses: unknown;
}

/** A path segment with the id of an object, and the object's collection. */
export interface Variable {
  readonly at: number;
  readonly name: string;
  /** The path before the segment, as in the document. */
  readonly collection: string;
}

/** The operations of the mock's document: finds the operation of a request, and the schemas of responses. */
export class Operations {
  readonly #document: unknown;
  readonly #all: readonly Operation[];

  /** @param document as served; anything else has no operations */
  constructor(document: unknown) {
    this.#document = document;
    this.#all = entriesOf(memberOf(document, 'paths'))
      // A path with fewer parameters is more specific.
      .sort(([one], [other]) => one.split('{').length - other.split('{').length)
      .flatMap(([path, item]) =>
        entriesOf(item).map(([method, operation]) => ({
          id: String(memberOf(operation, 'operationId')),
          method: method.toUpperCase(),
          path: path.split('/'),
          responses: memberOf(operation, 'responses'),
        })),
      );
  }

  /** Returns undefined for an undocumented request. */
  find(method: string, url: string): Operation | undefined {
    const path = (url.split('?')[0] ?? '').split('/');
    return this.#all.find((one) => one.method === method && fits(one.path, path));
  }

  /** Returns the operation that deletes what a `POST` creates: the shortest `DELETE` path below it. */
  deletionOf({ method, path }: Operation): Operation | undefined {
    if (method !== 'POST') return undefined;
    const parentPath = path.at(-1) === '' ? path.slice(0, -1) : path;
    return this.#all
      .filter((one) => one.method === 'DELETE' && parentPath.every((segment, at) => one.path[at] === segment))
      .filter(({ path: childPath }) => isVariable(childPath[parentPath.length] ?? ''))
      .sort((one, other) => one.path.length - other.path.length)[0];
  }

  /** Returns the schema of a value in a response body. @param path in the body, as in `Difference` */
  schemaAt(operation: Operation | undefined, status: number, path: string): unknown {
    const response = this.#follow(memberOf(operation?.responses, String(status)));
    const [content] = entriesOf(memberOf(response, 'content'));
    const steps = path.split(/\.|(?=\[\])/).slice(1);
    return steps.reduce<unknown>(
      (schema, step) => this.#inner(schema, step),
      this.#follow(memberOf(content?.[1], 'schema')),
    );
  }

  /** Whether the member at a place is optional. Undocumented members are not. */
  isOptional(operation: Operation | undefined, status: number, path: string): boolean {
    const dot = path.lastIndexOf('.');
    const parent = this.schemaAt(operation, status, path.slice(0, dot));
    if (dot < 0 || this.schemaAt(operation, status, path) === undefined) return false;
    const parts = [parent, ...entriesOf(memberOf(parent, 'allOf')).map(([, part]) => this.#follow(part))];
    return !parts.some((part) => [memberOf(part, 'required')].flat().includes(path.slice(dot + 1)));
  }

  #inner(schema: unknown, step: string, depth = 8): unknown {
    const inner = step === '[]' ? memberOf(schema, 'items') : memberOf(memberOf(schema, 'properties'), step);
    if (inner !== undefined) return this.#follow(inner);
    const parts = ['allOf', 'oneOf', 'anyOf'].flatMap((name) => entriesOf(memberOf(schema, name)));
    for (const [, part] of depth === 0 ? [] : parts) {
      const found = this.#inner(this.#follow(part), step, depth - 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Resolves a chain of up to eight references. */
  #follow(part: unknown, depth = 8): unknown {
    const reference = memberOf(part, '$ref');
    if (typeof reference !== 'string' || depth === 0) return part;
    const found = reference.split('/').slice(1).reduce(memberOf, this.#document);
    return this.#follow(found, depth - 1);
  }
}

/** Returns the path segments with ids of objects. */
export function variablesOf({ path }: Pick<Operation, 'path'>): readonly Variable[] {
  return path.flatMap((segment, at) =>
    isVariable(segment) && !isOrganisation(path[at - 1])
      ? [{ at, name: segment.slice(1, -1), collection: path.slice(0, at).join('/') }]
      : [],
  );
}

/**
 * Returns the class of a difference.
 *
 * @param schema the schema at the place, if the document has one
 */
export function classOf(
  { url, credential, body }: { readonly [Member in 'url' | 'credential' | 'body']: string },
  { place: path, real, mock }: { readonly [Member in 'place' | 'real' | 'mock']: string },
  status: number,
  schema: unknown,
): DifferenceClass {
  if (path === 'status') {
    if ([real, mock].some((one) => one.startsWith('3'))) return 'redirect';
    if (credential === 'unknown' || credential === 'expired' || body.includes('"client_credentials"'))
      return 'credential';
    if (credential !== 'valid' || body === '{') return 'order of checks';
    return /[?&](?:limit|offset)=/.test(url) ? 'limit' : 'status';
  }
  if (path.startsWith('header ')) return path === 'header location' ? 'redirect' : 'header';
  if (status >= 400) return 'error body';
  if ([real, mock].includes('(missing)')) return 'missing field';
  if (allowedValues(schema) !== null) return 'enum';
  if (memberOf(schema, 'default') !== undefined) return 'default';
  return ['maximum', 'maxItems', 'maxLength'].some((name) => memberOf(schema, name) !== undefined) ? 'limit' : 'value';
}

/** Returns the allowed values of a schema, or null if it has no enum. */
export function allowedValues(schema: unknown): readonly string[] | null {
  const list = memberOf(schema, 'enum');
  if (Array.isArray(list)) return list.map(String);
  const only = memberOf(schema, 'const');
  return only === undefined ? null : [String(only)];
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}
