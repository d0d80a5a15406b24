import {
  findNearPath,
  type Match,
  type Operation,
  otherVersionViolation,
  type Routes,
} from '../../../src/conformance-entry.ts';
import type { VendorDocument } from '../vendor-document.ts';

/** What recorded traffic is judged by. */
export interface Judge {
  /** The operation of a request; null if there is none. */
  find(method: string, path: string): Judged | null;
  /** Whether a request without an operation is for an API of this judge nevertheless. */
  concerns(method: string, path: string): boolean;
  /** Why there is no operation: a sentence without a full stop. */
  whyUnknown(method: string, path: string): string;
}

/** The operation of a recorded request. */
export interface Judged {
  readonly operation: Operation;
  readonly params: Record<string, string>;
  /** Null: the API of a document that was given. */
  readonly service: string | null;
  /** Are members of a body, and values of enumerations, taken in any case? */
  readonly caseless: { readonly members: boolean; readonly enums: boolean };
  /** Until then the operation cannot judge. */
  ready(): Promise<unknown>;
}

/** The documents that a server answers by. */
export function judgeOfRoutes(routes: Routes): Judge {
  const paths = [false, true].flatMap((isControlApi) => routes.listServed(isControlApi).map(({ path }) => path));
  const beginnings = new Set(paths.map(beginningOf));
  return {
    find: (method, path) => {
      const match = routes.find(method, path);
      return match === null ? null : judgedOf(match);
    },
    concerns: (_, path) => beginnings.has(beginningOf(path)),
    whyUnknown: (method, path) => {
      if (routes.notEmulated(method, path) !== null) return 'the mock does not emulate this operation';
      const methods = routes.methodsOf(path);
      if (methods.length > 0) return otherMethod(method, methods);
      const other = routes.otherVersions(method, path);
      return other === null ? unknownPath('no document has this path', path, paths) : otherVersionViolation(other);
    },
  };
}

function judgedOf(match: Match): Judged {
  const { operation, service, document } = match.route;
  return {
    operation,
    params: match.params,
    service: service.name,
    caseless: caselessOf(match),
    ready: () => Promise.all([document.ready(), document.ready('documented')]),
  };
}

function caselessOf({ route: { row, service } }: Match): Judged['caseless'] {
  return { members: row.fieldNames === 'caseless', enums: service.conventions?.caselessEnums === true };
}

/**
 * A vendor's document in place of the mock's. Requests that the mock knows as those of another service are no concern of
 * it.
 *
 * @param service that the document is about
 */
export function judgeOfDocument(
  document: VendorDocument,
  routes: Pick<Routes, 'find' | 'operationsOf'>,
  service: string,
): Judge {
  const { paths } = document;
  const own = routes.operationsOf(service).map(({ path }) => path);
  const beginnings = new Set([...paths, ...own].map(beginningOf));
  return {
    find: (method, path) => {
      const found = document.find(method, path);
      if (found === null) return null;
      const known = routes.find(method, path);
      // What a service takes in any case is not in its document.
      const caseless = known === null ? { members: false, enums: false } : caselessOf(known);
      return { ...found, service: null, caseless, ready: () => document.ready() };
    },
    concerns: (method, path) => {
      const known = routes.find(method, path);
      return known === null ? beginnings.has(beginningOf(path)) : known.route.service.name === service;
    },
    whyUnknown: (method, path) => {
      const methods = document.methodsOf(path);
      return methods.length > 0
        ? otherMethod(method, methods)
        : unknownPath('the document does not have this path', path, paths);
    },
  };
}

function otherMethod(method: string, methods: readonly string[]): string {
  return `the document has no ${method.slice(0, MAX_METHOD)} for this path; it has ${methods.join(', ')}`;
}

function unknownPath(what: string, path: string, paths: readonly string[]): string {
  const near = findNearPath(path, paths);
  return `${what}${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
}

/** Longer than any method that is registered. */
export const MAX_METHOD = 20;

/** The first two segments of a path: `/api/v1`. */
function beginningOf(path: string): string {
  return path.split('/', 3).join('/');
}
