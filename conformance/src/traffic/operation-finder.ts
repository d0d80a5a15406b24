import {
  describeOtherVersionsViolation,
  findNearPath,
  type LocatedTarget,
  type Match,
  type Operation,
  type Routes,
} from '../../../src/conformance-entry.ts';
import type { VendorDocument } from '../vendor-document.ts';
import type { Exchange } from './exchange.ts';

/** Returns where a server routes a URL. */
export type Locate = (host: string, target: string) => LocatedTarget;

/** Finds the operations for recorded traffic. */
export interface OperationFinder {
  /** Returns where a request leads. */
  locate(exchange: Pick<Exchange, 'origin' | 'url'>): LocatedTarget;
  /** Returns the operation of a request, or null. @param services at its host; null: all */
  find(method: string, path: string, services: LocatedTarget['services']): MatchedOperation | null;
  /** Whether the path is one of the APIs', even if no operation matches. */
  isForApi(method: string, path: string): boolean;
  /** Returns the operation that the mock leaves out by name, such as `GET /api/v1/things` of runai; otherwise null. */
  findLeftOut(method: string, path: string, located: LocatedTarget): string | null;
  /** Returns why there is no operation, as a sentence without a full stop. */
  whyNotFound(method: string, path: string, located: LocatedTarget): string;
}

/** The operation that a recorded request matches. */
export interface MatchedOperation {
  readonly operation: Operation;
  readonly params: Record<string, string>;
  /** Null for a document given by the user. */
  readonly service: string | null;
  /** Whether member names and enum values are accepted in any case. */
  readonly caseless: { readonly members: boolean; readonly enums: boolean };
  /** How the vendor's pages spell fields. */
  readonly pageNames: Readonly<Record<string, string>>;
  /** Loads the schemas of the operation, before its first use. */
  loadSchemas(): Promise<unknown>;
}

/** Finds operations in the documents of a server. @param locate returns where the server routes a URL */
export function finderForRoutes(routes: Routes, locate: Locate): OperationFinder {
  const paths = [false, true].flatMap((isControlApi) => routes.listServed(isControlApi).map(({ path }) => path));
  const prefixes = new Set(paths.map(firstSegments));
  return {
    locate: (exchange) => locateExchange(exchange, locate),
    find: (method, path, services) => {
      const match = routes.find(method, path);
      const isServed = match !== null && services?.includes(match.route.service.name) !== false;
      return isServed ? toMatchedOperation(match) : null;
    },
    isForApi: (_, path) => prefixes.has(firstSegments(path)),
    findLeftOut: (method, path, { services, prefix }) => {
      const found = routes.findNotEmulated(method, path);
      if (found === null || services?.includes(found.service) === false) return null;
      return `\`${found.method} ${found.path.slice(prefix.length)}\` of ${found.service}`;
    },
    whyNotFound: (method, path, { services, prefix }) => {
      if (services !== null && routes.find(method, path) !== null) return 'this path is not served at this host';
      const methods = routes.methodsOf(path);
      if (methods.length > 0) return describeOtherMethods(method, methods);
      const other = routes.findInOtherVersions(method, path);
      return other === null
        ? describeUnknownPath('no document has this path', path, paths, prefix)
        : describeOtherVersionsViolation(other);
    },
  };
}

function locateExchange({ origin, url }: Pick<Exchange, 'origin' | 'url'>, locate: Locate): LocatedTarget {
  return locate(origin.replace(/^.*?:\/\//, ''), url);
}

function toMatchedOperation(match: Match): MatchedOperation {
  const { operation, service, document } = match.route;
  return {
    operation,
    params: match.params,
    service: service.name,
    caseless: caselessOf(match),
    pageNames: match.route.row.pageNames ?? {},
    loadSchemas: () => Promise.all([document.ready(), document.ready('documented')]),
  };
}

function caselessOf({ route: { row, service } }: Match): MatchedOperation['caseless'] {
  return { members: row.fieldNames === 'caseless', enums: service.conventions?.caselessEnums === true };
}

/**
 * Finds operations in a vendor's document. Ignores requests that the mock routes to a different service.
 *
 * @param locate returns where the server routes a URL
 * @param service the service that the document describes
 */
export function finderForDocument(
  document: VendorDocument,
  routes: Pick<Routes, 'find' | 'operationsOf'>,
  locate: Locate,
  service: string,
): OperationFinder {
  const { paths } = document;
  const servicePaths = routes.operationsOf(service).map(({ path }) => path);
  const prefixes = new Set([...paths, ...servicePaths].map(firstSegments));
  return {
    // The document describes a single host, whatever its name. One of the mock has the prefix of the host in its paths.
    locate: (exchange) => {
      const { target, prefix } = locateExchange(exchange, locate);
      const sent = exchange.url.replace(/^\/w\/[^/]*(?=\/)/, '');
      const hasPrefix = prefix !== '' && document.methodsOf(target.replace(/\?.*$/s, '')).length > 0;
      const located = hasPrefix ? { target, prefix } : { target: sent, prefix: '' };
      return { ...located, services: null, operation: null };
    },
    findLeftOut: () => null,
    find: (method, path) => {
      const found = document.find(method, path);
      if (found === null) return null;
      const mockMatch = routes.find(method, path);
      // A service can be more lenient about case than its document.
      const caseless = mockMatch === null ? { members: false, enums: false } : caselessOf(mockMatch);
      const pageNames = mockMatch?.route.row.pageNames ?? {};
      return { ...found, service: null, caseless, pageNames, loadSchemas: () => document.ready() };
    },
    isForApi: (method, path) => {
      const mockMatch = routes.find(method, path);
      return mockMatch === null ? prefixes.has(firstSegments(path)) : mockMatch.route.service.name === service;
    },
    whyNotFound: (method, path) => {
      const methods = document.methodsOf(path);
      return methods.length > 0
        ? describeOtherMethods(method, methods)
        : describeUnknownPath('the document does not have this path', path, paths);
    },
  };
}

function describeOtherMethods(method: string, methods: readonly string[]): string {
  return `the document has no ${method.slice(0, MAX_METHOD_LENGTH)} for this path; it has ${methods.join(', ')}`;
}

/** @param prefix what the host adds to paths, which the client did not send */
function describeUnknownPath(what: string, path: string, paths: readonly string[], prefix = ''): string {
  const near = findNearPath(
    path,
    paths.filter((served) => served.startsWith(prefix)),
  )?.slice(prefix.length);
  return `${what}${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
}

/** Longer than any registered method. */
export const MAX_METHOD_LENGTH = 20;

/** Returns the first two segments of a path: `/api/v1`. */
function firstSegments(path: string): string {
  return path.split('/', 3).join('/');
}
