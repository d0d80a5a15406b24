import {
  findNearPath,
  type Match,
  type Operation,
  otherVersionViolation,
  type Routes,
} from '../../../src/conformance-entry.ts';
import type { VendorDocument } from '../vendor-document.ts';

/** Finds the operations for recorded traffic. */
export interface Judge {
  /** Returns the operation of a request, or null. */
  find(method: string, path: string): Judged | null;
  /** Whether a request without an operation is for one of these APIs anyway. */
  concerns(method: string, path: string): boolean;
  /** Returns why there is no operation, as a sentence without a full stop. */
  whyUnknown(method: string, path: string): string;
}

/** The operation of a recorded request. */
export interface Judged {
  readonly operation: Operation;
  readonly params: Record<string, string>;
  /** Null for a document given by the user. */
  readonly service: string | null;
  /** Whether member names and enum values are accepted in any case. */
  readonly caseless: { readonly members: boolean; readonly enums: boolean };
  /** Loads the schemas of the operation, before its first use. */
  ready(): Promise<unknown>;
}

/** Returns a judge with the documents of a server. */
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
 * Returns a judge with a vendor's document. It ignores requests that the mock routes to a different service.
 *
 * @param service the service that the document describes
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
      // A service can be more lenient about case than its document.
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

/** Longer than any registered method. */
export const MAX_METHOD = 20;

/** Returns the first two segments of a path: `/api/v1`. */
function beginningOf(path: string): string {
  return path.split('/', 3).join('/');
}
