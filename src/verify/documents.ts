import { bothValues, canonical, type Difference, oneLine, onlyIn, type Tell, textOf } from './difference.ts';
import { OperationComparison, pathNames } from './operations.ts';
import { SchemaComparison } from './schemas.ts';
import { listOf, type Members, membersOf, resolve, type Source } from './source.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'] as const;

/** The comparison of a vendor's document with one of ours. */
export interface Compared {
  readonly differences: readonly Difference[];
  /** Operations of shared paths that both documents have. */
  readonly operations: number;
  /** Paths of the vendor's document that ours does not have, and which are not compared. */
  readonly otherPaths: number;
}

interface Path {
  /** As its document writes it. */
  readonly path: string;
  readonly item: Members;
  /** Paths of servers, each without a slash at its end. */
  readonly bases: readonly string[];
}

interface Pair {
  readonly theirs: Path;
  readonly ours: Path;
  /** Are they only equal as written, and the servers have other base paths? */
  readonly isMoved: boolean;
}

/** Checks whether documents are about the same API. @returns the number of paths that both have */
export function sharedPaths(theirs: Source, ours: Source): number {
  return pairsOf(theirs, ours).length;
}

/**
 * Compares what a client can notice: methods, parameters, bodies, statuses, headers, security, and schemas with their
 * keywords. Only paths that both documents have are compared, because a vendor's document may be a part.
 */
export function compareDocuments(theirs: Source, ours: Source): Compared {
  const differences = new Map<string, Difference>();
  const tell: Tell = (where, kind, found, what) => {
    const place = oneLine(where, MOST_PLACE);
    const id = `${place}: ${kind}`;
    differences.set(id, { id, class: found, where: place, what });
  };
  const schemas = new SchemaComparison(theirs, ours);
  const pairs = pairsOf(theirs, ours);
  let operations = 0;
  for (const pair of pairs) {
    tellPath(pair, tell);
    for (const method of METHODS) {
      const [one, other] = [pair.theirs.item[method], pair.ours.item[method]];
      const where = `${method.toUpperCase()} ${pair.ours.path}`;
      if (one !== undefined && other !== undefined) {
        operations += 1;
        const operation = { ...pair.theirs, source: theirs, members: membersOf(one) };
        const own = { ...pair.ours, source: ours, members: membersOf(other) };
        new OperationComparison(operation, own, schemas, tell).compare(where);
      } else if (one !== other) {
        tell(where, 'method', one === undefined ? 'breaks-requests' : 'widens', onlyIn(one !== undefined));
      }
    }
  }
  const sorted = [...differences.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  return { differences: sorted, operations, otherPaths: pathsOf(theirs).length - pairs.length };
}

/** A place names members at most 500 levels deep. */
const MOST_PLACE = 2000;

function tellPath({ theirs, ours, isMoved }: Pair, tell: Tell): void {
  if (isMoved) {
    const where = theirs.item['servers'] === undefined ? 'servers' : `${ours.path} servers`;
    tell(where, 'base path', 'breaks-requests', bothValues(theirs.bases.join(' '), ours.bases.join(' ')));
  }
  if (canonical(pathNames(theirs.path)) !== canonical(pathNames(ours.path))) {
    tell(ours.path, 'path parameters', 'widens', bothValues(theirs.path, ours.path));
  }
}

/**
 * A path is the same where base path and path together are; else where they are but for the names of parameters; else
 * where the path alone is, and the base path differs.
 */
function pairsOf(theirs: Source, ours: Source): Pair[] {
  const own = pathsOf(ours);
  const wholes = (path: Path) => path.bases.map((base) => `${base}${path.path}`);
  const exact = new Map(own.flatMap((path) => wholes(path).map((whole) => [whole, path])));
  const rest = pathsOf(theirs).map((path) => ({
    path,
    found: wholes(path).flatMap((whole) => exact.get(whole) ?? [])[0],
  }));
  const taken = new Set(rest.map(({ found }) => found));
  const free = own.filter((path) => !taken.has(path));
  const byWhole = new Map(free.flatMap((path) => wholes(path).map((whole) => [nameless(whole), path])));
  const byPath = new Map(free.map((path) => [nameless(path.path), path]));
  return rest.flatMap(({ path, found }): Pair[] => {
    const whole = found ?? wholes(path).flatMap((one) => byWhole.get(nameless(one)) ?? [])[0];
    const pair = whole ?? byPath.get(nameless(path.path));
    return pair === undefined ? [] : [{ theirs: path, ours: pair, isMoved: whole === undefined }];
  });
}

function nameless(path: string): string {
  return path.replaceAll(/\{[^{}]*\}/g, '{}').replace(/\/$/, '');
}

function pathsOf(source: Source): Path[] {
  return Object.entries(membersOf(source.root['paths']))
    .filter(([path]) => path.startsWith('/'))
    .map(([path, value]) => {
      const item = membersOf(resolve(source, value));
      return { path, item, bases: basesOf(item['servers'] ?? source.root['servers']) };
    });
}

function basesOf(servers: unknown): string[] {
  const bases = listOf(servers).map((server) => {
    const { url, variables } = membersOf(server);
    const values = membersOf(variables);
    const filled = textOf(url ?? '').replaceAll(/\{([^{}]*)\}/g, (_, name) =>
      textOf(membersOf(values[name])['default'] ?? ''),
    );
    const path = filled.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').replace(/\/$/, '');
    return path === '' || path.startsWith('/') ? path : `/${path}`;
  });
  return bases.length === 0 ? [''] : [...new Set(bases)];
}
