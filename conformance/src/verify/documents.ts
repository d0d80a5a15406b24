import { findNearPath, Pacer, shapeOf } from '../../../src/conformance-entry.ts';
import {
  type AddDifference,
  canonicalJson,
  type Difference,
  describeValues,
  onlyIn,
  toSafeLine,
} from './difference.ts';
import { basePathsOf, type Members, membersOf, type OpenApiDocument, resolveReference, serversOf } from './open-api.ts';
import { describesSecurity, OperationComparison, pathParameterNames } from './operations.ts';
import { SchemaComparison } from './schemas.ts';
import { METHODS } from './structure.ts';

/** The result of comparing a vendor's document with one of the mock's. */
export interface Compared {
  readonly differences: readonly Difference[];
  /** The number of operations in both documents. */
  readonly operations: number;
  /** The number of paths only in the vendor's document, which are not compared. */
  readonly otherPaths: number;
  /** The number of paths only in the mock's document that don't count, because the vendor's document is only a part. */
  readonly missingPaths: number;
}

/** A path and its operations with the same servers. */
interface Path {
  /** The path as in its document. */
  readonly path: string;
  readonly item: Members;
  readonly methods: ReadonlySet<string>;
  /** The paths of the servers, without a trailing slash. */
  readonly bases: readonly string[];
}

interface Pair {
  readonly theirs: Path;
  readonly ours: Path;
  /** The base paths, if only these differ. */
  readonly moved: readonly [theirs: string, ours: string] | null;
}

interface Pairs {
  readonly pairs: readonly Pair[];
  readonly onlyTheirs: readonly Path[];
  readonly onlyOurs: readonly Path[];
}

/** Returns the number of paths in both documents. */
export function sharedPaths(theirs: OpenApiDocument, ours: OpenApiDocument): number {
  return methodsByPath(pairPaths(theirs, ours).pairs).size;
}

/**
 * Compares everything that a client can observe: paths, methods, parameters, bodies, statuses, headers, security and
 * schemas. Paths only in the vendor's document are just counted, because no client of the mock calls them.
 */
export async function compareDocuments(theirs: OpenApiDocument, ours: OpenApiDocument): Promise<Compared> {
  const differences = new Map<string, Difference>();
  const addDifference: AddDifference = (where, kind, found, what) => {
    const location = toSafeLine(where, MAX_LOCATION_LENGTH);
    const id = `${location}: ${kind}`;
    differences.set(id, { id, class: found, where: location, what });
  };
  const schemas = new SchemaComparison(theirs, ours);
  const { pairs, onlyTheirs, onlyOurs } = pairPaths(theirs, ours);
  const hasSecurity = describesSecurity(theirs);
  if (!hasSecurity && describesSecurity(ours)) {
    addDifference('document', 'security', 'widens', 'the document does not say how requests are authenticated');
  }
  // The vendor's document can have the path several times, with different servers or parameter names.
  const found = methodsByPath(pairs);
  const isPart = found.size < MIN_SHARE * (found.size + onlyOurs.length);
  const pacer = new Pacer();
  const candidates = onlyTheirs.slice(0, MAX_CANDIDATES).map(({ path }) => path);
  let missingPaths = 0;
  for (const { path } of onlyOurs) {
    if (pacer.isLong) await pacer.pause();
    if (!reportMissingPath(path, candidates, isPart, addDifference)) missingPaths += 1;
  }
  let operations = 0;
  for (const pair of pairs) {
    if (pacer.isLong) await pacer.pause();
    reportPathDifferences(pair, addDifference);
    for (const method of METHODS) {
      const one = pair.theirs.methods.has(method) ? pair.theirs.item[method] : undefined;
      const other = pair.ours.methods.has(method) ? pair.ours.item[method] : undefined;
      const where = `${method.toUpperCase()} ${pair.ours.path}`;
      if (one === undefined && found.get(pair.ours)?.has(method)) continue;
      if (one !== undefined && other !== undefined) {
        operations += 1;
        const operation = { ...pair.theirs, source: theirs, members: membersOf(one) };
        const own = { ...pair.ours, source: ours, members: membersOf(other) };
        await new OperationComparison(operation, own, schemas, hasSecurity, addDifference).compare(where);
      } else if (one !== other) {
        addDifference(where, 'method', one === undefined ? 'breaks-requests' : 'widens', onlyIn(one !== undefined));
      }
    }
  }
  const sorted = [...differences.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  return {
    differences: sorted,
    operations,
    otherPaths: new Set(onlyTheirs.map(({ path }) => path)).size,
    missingPaths,
  };
}

/** Returns the vendor's methods of each path of the mock. */
function methodsByPath(pairs: readonly Pair[]): ReadonlyMap<Path, ReadonlySet<string>> {
  const found = new Map<Path, Set<string>>();
  for (const { theirs, ours } of pairs) {
    const methods = found.get(ours) ?? new Set();
    for (const method of theirs.methods) methods.add(method);
    found.set(ours, methods);
  }
  return found;
}

/** The maximum length of a place, because it can be 500 members deep. */
const MAX_LOCATION_LENGTH = 2000;

/** With a smaller share of the mock's paths, a document counts as a part: vendors publish one per page of a reference. */
const MIN_SHARE = 0.25;

/** How many paths are searched for the nearest one. */
const MAX_CANDIDATES = 1000;

/** Reports a path that only the mock has. @param isPart whether it doesn't count, unless a similar path exists */
function reportMissingPath(
  path: string,
  candidates: readonly string[],
  isPart: boolean,
  addDifference: AddDifference,
): boolean {
  const near = findNearPath(path, candidates);
  if (near === undefined && isPart) return false;
  const suggestion = near === undefined ? '' : `; the nearest path of the document is \`${toSafeLine(near)}\``;
  addDifference(path, 'path', 'breaks-requests', `${onlyIn(false)}${suggestion}`);
  return true;
}

function reportPathDifferences({ theirs, ours, moved }: Pair, addDifference: AddDifference): void {
  if (moved !== null) {
    for (const where of serverLocations(theirs, ours.path))
      addDifference(where, 'base path', 'breaks-requests', describeValues(...moved));
  }
  const [names, own] = [pathParameterNames(theirs.path), pathParameterNames(ours.path)];
  const differing = [...own.keys()].filter((at) => names[at] !== own[at]);
  if (differing.length > 0) {
    const [one, other] = [names, own].map((all) => differing.map((at) => `{${all[at]}}`).join(', '));
    addDifference(
      ours.path,
      'path parameters',
      'widens',
      `${toSafeLine(`${one}`)} in the document, ${other} in the mock`,
    );
  }
}

/** Returns the places of a path's servers. @param path the mock's path */
function serverLocations({ item, methods }: Path, path: string): string[] {
  const [first] = methods;
  if (serversOf(item, first) === undefined) return ['servers'];
  if (methods.size === methodsOf(item).length) return [`${path} servers`];
  return [...methods].map((method) => `${method.toUpperCase()} ${path} servers`);
}

/**
 * Pairs the paths of both documents. In order of preference: the full path is equal; it is equal except for parameter names;
 * only the base path differs; an operation of the same path is paired; the rest is equal after the prefix that most of the
 * vendor's paths have instead of the mock's.
 */
function pairPaths(theirs: OpenApiDocument, ours: OpenApiDocument): Pairs {
  const ownPaths = pathsOf(ours);
  const wholes = (path: Path) => path.bases.map((base) => `${base}${path.path}`);
  const shapes = (path: Path) => wholes(path).map(shapeOf);
  const exact = new Map(ownPaths.flatMap((path) => wholes(path).map((whole) => [whole, path])));
  const rest = pathsOf(theirs).map((path) => ({
    path,
    found: wholes(path).flatMap((whole) => exact.get(whole) ?? [])[0],
  }));
  const taken = new Set(rest.map(({ found }) => found));
  const free = ownPaths.filter((path) => !taken.has(path));
  const byWhole = new Map(free.flatMap((path) => shapes(path).map((shape) => [shape, path])));
  const byPath = new Map(free.map((path) => [shapeOf(path.path), path]));
  const byTheirs = new Map(rest.flatMap(({ path, found }) => (found ? [[shapeOf(path.path), found] as const] : [])));
  const pairs = rest.flatMap(({ path, found }): Pair[] => {
    const shape = shapeOf(path.path);
    const whole = found ?? shapes(path).flatMap((one) => byWhole.get(one) ?? [])[0];
    const pair = whole ?? byPath.get(shape) ?? byTheirs.get(shape);
    if (pair === undefined) return [];
    const isMoved = whole === undefined && !shapes(path).some((one) => shapes(pair).includes(one));
    return [{ theirs: path, ours: pair, moved: isMoved ? [path.bases.join(' '), pair.bases.join(' ')] : null }];
  });
  const all = rest.map(({ path }) => path);
  const moved = pairMovedPaths(withoutPaired(all, pairs), withoutPaired(ownPaths, pairs));
  const found = [...pairs, ...moved];
  return { pairs: found, onlyTheirs: withoutPaired(all, found), onlyOurs: withoutPaired(ownPaths, found) };
}

/** Returns the paths that are in no pair. */
function withoutPaired(paths: readonly Path[], pairs: readonly Pair[]): readonly Path[] {
  const paired = new Set(pairs.flatMap(({ theirs, ours }) => [theirs, ours]));
  return paths.filter((path) => !paired.has(path));
}

/** The maximum number of segments in a base path. */
const MAX_SEGMENTS = 4;
/** With fewer paths, a different prefix is just a different name. */
const MIN_MOVED = 2;

/** Pairs paths that are equal after the most common change of prefix: `/v2/users` and `/api/v1/users`. */
function pairMovedPaths(theirs: readonly Path[], ours: readonly Path[]): Pair[] {
  const byRest = new Map<string, { path: Path; prefix: string }>();
  for (const path of ours) for (const { prefix, rest } of splitPath(path)) byRest.set(rest, { path, prefix });
  const groups = new Map<string, { readonly pairs: Pair[]; readonly found: Set<Path> }>();
  for (const path of theirs) {
    for (const { prefix, rest } of splitPath(path)) {
      const found = byRest.get(rest);
      if (found === undefined) continue;
      const moved = [prefix, found.prefix] as const;
      const key = canonicalJson(moved);
      const group = groups.get(key) ?? { pairs: [], found: new Set() };
      group.pairs.push({ theirs: path, ours: found.path, moved });
      group.found.add(found.path);
      groups.set(key, group);
    }
  }
  const largest = [...groups.values()].reduce((one, other) => (other.found.size > one.found.size ? other : one), NONE);
  return largest.found.size < MIN_MOVED ? [] : largest.pairs;
}

const NONE = { pairs: [], found: new Set<Path>() };

/** Splits a path after each of its first segments. */
function splitPath({ path }: Path): { readonly prefix: string; readonly rest: string }[] {
  const segments = shapeOf(path).split('/').slice(1);
  return segments.slice(0, MAX_SEGMENTS + 1).map((_, at) => ({
    prefix: segments
      .slice(0, at)
      .map((one) => `/${one}`)
      .join(''),
    rest: segments.slice(at).join('/'),
  }));
}

/** Returns the paths of a document, one for each group of operations with the same servers. */
function pathsOf(source: OpenApiDocument): Path[] {
  const ofDocument = basePathsOf(source.root['servers']);
  return Object.entries(membersOf(source.root['paths'])).flatMap(([path, value]) => {
    if (!path.startsWith('/')) return [];
    const item = membersOf(resolveReference(source, value));
    const groups = new Map<string, Path & { readonly methods: Set<string> }>();
    const methods = methodsOf(item);
    // Keep paths without operations.
    for (const method of methods.length === 0 ? [undefined] : methods) {
      const servers = serversOf(item, method);
      const bases = servers === undefined ? ofDocument : basePathsOf(servers);
      const key = bases.join(' ');
      const group = groups.get(key) ?? { path, item, bases, methods: new Set<string>() };
      if (method !== undefined) group.methods.add(method);
      groups.set(key, group);
    }
    return [...groups.values()];
  });
}

function methodsOf(item: Members): readonly string[] {
  return METHODS.filter((method) => item[method] !== undefined);
}
