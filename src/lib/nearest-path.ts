import leven from 'leven';
import { findNear } from './nearest.ts';
import { fitsSegment, isVariable, segmentsOf } from './path-template.ts';

/** Longer than any path of an operation, so not compared. */
const MAX_PATH = 500;
/** Maximum number of segments that a path may lack. */
const MAX_MISSING = 4;

export interface PathDifference {
  readonly missing: number;
  /** Whether the only missing segment is an id at the end. */
  readonly lacksLastId: boolean;
  /** Number of segments before those of the template. */
  readonly extra: number;
  /** Lower is nearer: missing segments weigh more than extra ones, and those more than spelling. */
  readonly distance: number;
}

export type NearPath<Path> = PathDifference & { readonly path: Path };

/**
 * Returns the nearest paths, all at the same distance. Usually one, which differs in a version, in case, in spelling,
 * by a prefix or by missing segments.
 * @param maxMissing with 0, the path may have no extra segments either
 */
export function findNearestPaths<Path extends { readonly segments: readonly string[] }>(
  path: string,
  valid: readonly Path[],
  maxMissing = MAX_MISSING,
): readonly NearPath<Path>[] {
  if (path.length > MAX_PATH) return [];
  const costs = rememberCosts();
  const segments = segmentsOf(path);
  let nearest: NearPath<Path>[] = [];
  let min = Number.POSITIVE_INFINITY;
  for (const candidate of valid) {
    // One segment, such as `/token`, ends many paths: compare it only with paths of one segment.
    if (candidate.segments.length < 2 && segments.length !== candidate.segments.length) continue;
    const difference = compareWithTemplate(candidate.segments, segments, maxMissing, costs);
    if (difference === null || difference.distance > min) continue;
    if (difference.distance < min) nearest = [];
    min = difference.distance;
    nearest.push({ ...difference, path: candidate });
  }
  return nearest;
}

/** Returns the path that was probably meant, with the same number of segments. Ignores trailing slashes. */
export function findNearPath(path: string, valid: readonly string[]): string | undefined {
  const [nearest] = findNearestPaths(
    path,
    valid.map((template) => ({ template, segments: segmentsOf(template) })),
    0,
  );
  return nearest?.path.template;
}

interface Alignment {
  readonly missing: number;
  readonly extra: number;
  /** The sum over the common segments. */
  readonly cost: number;
  /** Number of equal literals, ignoring case. */
  readonly equal: number;
  readonly lacksLast: boolean;
}

interface Compared {
  readonly template: readonly string[];
  readonly segments: readonly string[];
  readonly costs: typeof computeCost;
}

/** Returns null if the path is not similar to the template. */
function compareWithTemplate(
  template: readonly string[],
  segments: readonly string[],
  maxMissing: number,
  costs: typeof computeCost,
): PathDifference | null {
  const alignment = align({ template, segments, costs }, template.length - 1, segments.length - 1, maxMissing, false);
  if (alignment === null) return null;
  const { missing, extra, cost, equal, lacksLast } = alignment;
  if (maxMissing === 0 && extra > 0) return null;
  // If a path both lacks segments and has extra ones, a single common word is too weak.
  if (equal < (missing > 0 && extra > 0 ? 2 : 1)) return null;
  const lacksLastId = missing === 1 && lacksLast;
  return { missing, extra, lacksLastId, distance: missing * 1e6 + extra * 1e3 + cost };
}

/**
 * Compares from the end: a path may lack segments at its start or within, or have extra ones at its start, but at the
 * end it may only lack an id. A variable matches any segment, so the segment before it must fit (`mustFit`).
 */
function align(compared: Compared, at: number, to: number, maxMissing: number, mustFit: boolean): Alignment | null {
  const { template, segments, costs } = compared;
  const templateSegment = template[at];
  if (templateSegment === undefined) return { missing: 0, extra: to + 1, cost: 0, equal: 0, lacksLast: false };
  const segment = segments[to];
  const cost = segment === undefined ? null : costs(templateSegment, segment);
  const before = cost === null ? null : align(compared, at - 1, to - 1, maxMissing, isVariable(templateSegment));
  const fitting = before && {
    ...before,
    cost: before.cost + (cost ?? 0),
    equal: before.equal + (cost === EQUAL || cost === OTHER_CASE ? 1 : 0),
  };
  const isLast = at === template.length - 1;
  if (fitting?.missing === 0 || mustFit || maxMissing === 0 || (isLast && !isVariable(templateSegment))) return fitting;
  const without = align(compared, at - 1, to, maxMissing - 1, isLast);
  if (without === null) return fitting;
  const lacking = { ...without, missing: without.missing + 1, lacksLast: isLast || without.lacksLast };
  return fitting === null || lacking.missing < fitting.missing ? lacking : fitting;
}

/** Caches costs, because templates have most of their segments in common. */
function rememberCosts(): typeof computeCost {
  const cache = new Map<string, number | null>();
  return (templateSegment, segment) => {
    const pair = `${templateSegment}/${segment}`;
    let cost = cache.get(pair);
    if (cost === undefined) {
      cost = computeCost(templateSegment, segment);
      cache.set(pair, cost);
    }
    return cost;
  };
}

const EQUAL = 0;
/** A literal is likelier than a variable. */
const VARIABLE = 0.1;
const OTHER_CASE = 1;
const OTHER_VERSION = 2;
/** In addition to the number of different letters. */
const MISSPELT = 3;

const VERSION = /^v\d[\w.]{0,8}$/i;

function computeCost(templateSegment: string, segment: string): number | null {
  if (isVariable(templateSegment)) return VARIABLE;
  if (fitsSegment(templateSegment, segment)) return EQUAL;
  if (templateSegment.toLowerCase() === segment.toLowerCase()) return OTHER_CASE;
  if (VERSION.test(templateSegment) && VERSION.test(segment)) return OTHER_VERSION;
  return findNear(segment, [templateSegment]) === undefined ? null : MISSPELT + leven(templateSegment, segment);
}
