import { findNearPath, Pacer, shapeOf } from '../../../src/conformance-entry.ts';
import { bothValues, canonical, type Difference, oneLine, onlyIn, type Tell } from './difference.ts';
import { OperationComparison, pathNames, speaksOfSecurity } from './operations.ts';
import { SchemaComparison } from './schemas.ts';
import { basesOf, type Members, membersOf, resolve, type Source, serversOf } from './source.ts';
import { METHODS } from './structure.ts';

/** The comparison of a vendor's document with one of ours. */
export interface Compared {
  readonly differences: readonly Difference[];
  /** Operations of shared paths that both documents have. */
  readonly operations: number;
  /** Paths that only the vendor's document has, and which are not compared. */
  readonly otherPaths: number;
  /** Paths that only ours has, and that count as no difference, because the vendor's document is a part of one. */
  readonly missingPaths: number;
}

/** A path with those of its operations that have the same servers. */
interface Path {
  /** As its document writes it. */
  readonly path: string;
  readonly item: Members;
  readonly methods: ReadonlySet<string>;
  /** Paths of servers, each without a slash at its end. */
  readonly bases: readonly string[];
}

interface Pair {
  readonly theirs: Path;
  readonly ours: Path;
  /** The base paths, theirs and ours, where these differ, and the rest of the paths is equal. */
  readonly moved: readonly [theirs: string, ours: string] | null;
}

interface Pairs {
  readonly pairs: readonly Pair[];
  readonly onlyTheirs: readonly Path[];
  readonly onlyOurs: readonly Path[];
}

/** Checks whether documents are about the same API. @returns the number of our paths that both have */
export function sharedPaths(theirs: Source, ours: Source): number {
  return methodsByPath(pairsOf(theirs, ours).pairs).size;
}

/**
 * Compares what a client can notice: paths, methods, parameters, bodies, statuses, headers, security, and schemas with
 * their keywords. Paths that only the vendor has are counted: no client of the mock calls them.
 */
export async function compareDocuments(theirs: Source, ours: Source): Promise<Compared> {
  const differences = new Map<string, Difference>();
  const tell: Tell = (where, kind, found, what) => {
    const place = oneLine(where, MAX_PLACE);
    const id = `${place}: ${kind}`;
    differences.set(id, { id, class: found, where: place, what });
  };
  const schemas = new SchemaComparison(theirs, ours);
  const { pairs, onlyTheirs, onlyOurs } = pairsOf(theirs, ours);
  const hasSecurity = speaksOfSecurity(theirs);
  if (!hasSecurity && speaksOfSecurity(ours)) {
    tell('document', 'security', 'widens', 'the document does not say how requests are authenticated');
  }
  // Operations of one path can be at several in the vendor's document, which differ in their servers or parameters' names.
  const found = methodsByPath(pairs);
  const isPart = found.size < MIN_SHARE * (found.size + onlyOurs.length);
  const pacer = new Pacer();
  const candidates = onlyTheirs.slice(0, MAX_CANDIDATES).map(({ path }) => path);
  let missingPaths = 0;
  for (const { path } of onlyOurs) {
    if (pacer.isLong) await pacer.pause();
    if (!tellGone(path, candidates, isPart, tell)) missingPaths += 1;
  }
  let operations = 0;
  for (const pair of pairs) {
    if (pacer.isLong) await pacer.pause();
    tellPath(pair, tell);
    for (const method of METHODS) {
      const one = pair.theirs.methods.has(method) ? pair.theirs.item[method] : undefined;
      const other = pair.ours.methods.has(method) ? pair.ours.item[method] : undefined;
      const where = `${method.toUpperCase()} ${pair.ours.path}`;
      if (one === undefined && found.get(pair.ours)?.has(method)) continue;
      if (one !== undefined && other !== undefined) {
        operations += 1;
        const operation = { ...pair.theirs, source: theirs, members: membersOf(one) };
        const own = { ...pair.ours, source: ours, members: membersOf(other) };
        await new OperationComparison(operation, own, schemas, hasSecurity, tell).compare(where);
      } else if (one !== other) {
        tell(where, 'method', one === undefined ? 'breaks-requests' : 'widens', onlyIn(one !== undefined));
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

/** The methods that the vendor has of each of our paths. */
function methodsByPath(pairs: readonly Pair[]): ReadonlyMap<Path, ReadonlySet<string>> {
  const found = new Map<Path, Set<string>>();
  for (const { theirs, ours } of pairs) {
    const methods = found.get(ours) ?? new Set();
    for (const method of theirs.methods) methods.add(method);
    found.set(ours, methods);
  }
  return found;
}

/** A place names members at most 500 levels deep. */
const MAX_PLACE = 2000;

/** Vendors publish parts of their documents, such as one for each page of a reference. A part has less than this of our paths. */
const MIN_SHARE = 0.25;

/** Paths that are compared for the nearest one. */
const MAX_CANDIDATES = 1000;

/** A path that the vendor does not have, or has by another name. @param isPart without another name it is no difference */
function tellGone(path: string, candidates: readonly string[], isPart: boolean, tell: Tell): boolean {
  const near = findNearPath(path, candidates);
  if (near === undefined && isPart) return false;
  const meant = near === undefined ? '' : `; the nearest path of the document is \`${oneLine(near)}\``;
  tell(path, 'path', 'breaks-requests', `${onlyIn(false)}${meant}`);
  return true;
}

function tellPath({ theirs, ours, moved }: Pair, tell: Tell): void {
  if (moved !== null) {
    for (const where of placesOf(theirs, ours.path)) tell(where, 'base path', 'breaks-requests', bothValues(...moved));
  }
  const [names, own] = [pathNames(theirs.path), pathNames(ours.path)];
  const differing = [...own.keys()].filter((at) => names[at] !== own[at]);
  if (differing.length > 0) {
    const [one, other] = [names, own].map((all) => differing.map((at) => `{${all[at]}}`).join(', '));
    tell(ours.path, 'path parameters', 'widens', `${oneLine(`${one}`)} in the document, ${other} in the mock`);
  }
}

/** The places of the servers of a path, whose name is ours. */
function placesOf({ item, methods }: Path, path: string): string[] {
  const [first] = methods;
  if (serversOf(item, first) === undefined) return ['servers'];
  if (methods.size === methodsOf(item).length) return [`${path} servers`];
  return [...methods].map((method) => `${method.toUpperCase()} ${path} servers`);
}

/**
 * A path is the same where base path and path together are; else where they are but for the names of parameters; else
 * where the path alone is, and the base path differs; else where another operation of the path is; else where it is after
 * the beginning that most paths have instead of ours.
 */
function pairsOf(theirs: Source, ours: Source): Pairs {
  const own = pathsOf(ours);
  const wholes = (path: Path) => path.bases.map((base) => `${base}${path.path}`);
  const shapes = (path: Path) => wholes(path).map(shapeOf);
  const exact = new Map(own.flatMap((path) => wholes(path).map((whole) => [whole, path])));
  const rest = pathsOf(theirs).map((path) => ({
    path,
    found: wholes(path).flatMap((whole) => exact.get(whole) ?? [])[0],
  }));
  const taken = new Set(rest.map(({ found }) => found));
  const free = own.filter((path) => !taken.has(path));
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
  const moved = movedPairs(without(all, pairs), without(own, pairs));
  const found = [...pairs, ...moved];
  return { pairs: found, onlyTheirs: without(all, found), onlyOurs: without(own, found) };
}

/** The paths that are in no pair. Several may share one item, by a reference. */
function without(paths: readonly Path[], pairs: readonly Pair[]): readonly Path[] {
  const paired = new Set(pairs.flatMap(({ theirs, ours }) => [theirs, ours]));
  return paths.filter((path) => !paired.has(path));
}

/** Segments that a base path has at most. */
const MAX_SEGMENTS = 4;
/** Fewer paths with another beginning are paths of another name. */
const MIN_MOVED = 2;

/** Paths that are equal after the beginning that most of them have instead of ours: `/v2/users` and `/api/v1/users`. */
function movedPairs(theirs: readonly Path[], ours: readonly Path[]): Pair[] {
  const byRest = new Map<string, { path: Path; beginning: string }>();
  for (const path of ours) for (const { beginning, rest } of partsOf(path)) byRest.set(rest, { path, beginning });
  const groups = new Map<string, { readonly pairs: Pair[]; readonly found: Set<Path> }>();
  for (const path of theirs) {
    for (const { beginning, rest } of partsOf(path)) {
      const found = byRest.get(rest);
      if (found === undefined) continue;
      const moved = [beginning, found.beginning] as const;
      const key = canonical(moved);
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

/** A path divided after each of its first segments. */
function partsOf({ path }: Path): { readonly beginning: string; readonly rest: string }[] {
  const segments = shapeOf(path).split('/').slice(1);
  return segments.slice(0, MAX_SEGMENTS + 1).map((_, at) => ({
    beginning: segments
      .slice(0, at)
      .map((one) => `/${one}`)
      .join(''),
    rest: segments.slice(at).join('/'),
  }));
}

/** The paths of a document, each once for all of its operations with the same servers. */
function pathsOf(source: Source): Path[] {
  const ofDocument = basesOf(source.root['servers']);
  return Object.entries(membersOf(source.root['paths'])).flatMap(([path, value]) => {
    if (!path.startsWith('/')) return [];
    const item = membersOf(resolve(source, value));
    const groups = new Map<string, Path & { readonly methods: Set<string> }>();
    const methods = methodsOf(item);
    // A path without operations is a path nevertheless.
    for (const method of methods.length === 0 ? [undefined] : methods) {
      const servers = serversOf(item, method);
      const bases = servers === undefined ? ofDocument : basesOf(servers);
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
