import { UserError } from '../../../src/conformance-entry.ts';
import { CLASSES, type Difference, type DifferenceClass } from './difference.ts';
import { membersOf } from './open-api.ts';

/** Accepted differences, in the form that `--json` prints. Patterns are written by hand. */
export interface Baseline {
  /** The compared document of the mock; null if the file doesn't have it. */
  readonly document: string | null;
  readonly differences: readonly Difference[];
  /** Patterns for similar differences, such as a status that every operation has. */
  readonly patterns?: readonly DifferencePattern[];
}

/** Many differences with one reason. `*` stands for any text. */
export interface DifferencePattern {
  /** Matches ids: `* 415: status`. */
  readonly pattern: string;
  readonly class: DifferenceClass;
  /** Matches `what`: `none in the document, * in the mock`. */
  readonly what: string;
  readonly reason: string;
  readonly source?: string;
}

/** The differences of a comparison, split by a baseline. */
export interface BaselineResult {
  /** Differences that are not accepted. */
  readonly open: readonly Difference[];
  /** The open differences that fail a check: all but `information`. */
  readonly failing: readonly Difference[];
  readonly accepted: readonly Difference[];
  /** Entries of the baseline that no longer occur, by id or pattern. */
  readonly stale: readonly string[];
  /** The number of open differences that have a baseline entry without a reason. */
  readonly unexplained: number;
}

const VALID_CLASSES: ReadonlySet<unknown> = new Set(CLASSES);

/** Parses a baseline. @param name the file's name, for messages. @throws UserError with the invalid entry */
export function readBaseline(content: unknown, name: string): Baseline {
  const { document = null, differences, patterns = [] } = membersOf(content);
  if (!Array.isArray(differences) || (document !== null && typeof document !== 'string')) {
    throw new UserError(
      `${name} is not a baseline. Expected \`{"differences": [...]}\`, as \`verify --json\` prints it.`,
    );
  }
  const entries = differences.map((entry, index): Difference => {
    const { id, class: found, where, what, reason = '', source } = membersOf(entry);
    const texts = [id, where, what, reason, source ?? ''].every((text) => typeof text === 'string');
    if (!texts || !VALID_CLASSES.has(found)) {
      throw new UserError(
        `${name}: \`differences[${index}]\` needs \`id\`, \`class\`, \`where\` and \`what\`, as \`verify --json\` prints them.`,
      );
    }
    return { id, class: found, where, what, reason, ...(source === undefined ? {} : { source }) } as Difference;
  });
  return { document, differences: entries, patterns: readPatterns(patterns, name) };
}

function readPatterns(content: unknown, name: string): DifferencePattern[] {
  if (!Array.isArray(content)) throw new UserError(`${name}: \`patterns\` must be an array.`);
  return content.map((entry, index) => {
    const { pattern, class: found, what, reason, source } = membersOf(entry);
    const texts = [pattern, what, reason, source ?? ''].every((text) => typeof text === 'string');
    if (!texts || !VALID_CLASSES.has(found)) {
      throw new UserError(`${name}: \`patterns[${index}]\` needs \`pattern\`, \`class\`, \`what\` and \`reason\`.`);
    }
    return { pattern, class: found, what, reason, ...(source === undefined ? {} : { source }) } as DifferencePattern;
  });
}

/**
 * Returns the entries of an updated baseline. Known differences keep their reasons, new ones have an empty reason. A
 * difference that a pattern accepts needs no entry.
 */
export function updateEntries(found: readonly Difference[], before: Baseline | null): Difference[] {
  const knownEntries = new Map(before?.differences.map((entry) => [keyOf(entry), entry]));
  const patterns = (before?.patterns ?? []).filter(isExplained);
  return found
    .filter(
      (difference) => knownEntries.has(keyOf(difference)) || !patterns.some((pattern) => isMatch(pattern, difference)),
    )
    .map((difference) => knownEntries.get(keyOf(difference)) ?? { ...difference, reason: '' });
}

/**
 * Splits differences by a baseline. An entry only accepts a difference that is exactly equal, and only if it has a reason.
 *
 * @param document the compared document of the mock
 * @throws UserError if the baseline is for a different document
 */
export function applyBaseline(
  found: readonly Difference[],
  { document: expected, differences, patterns = [] }: Baseline,
  document: string,
  name: string,
): BaselineResult {
  if (expected !== null && expected !== document) {
    throw new UserError(`${name} is for the document ${expected}, but this comparison is with ${document}.`);
  }
  const ids = new Set(found.map(({ id }) => id));
  if (expected === null && differences.length > 0 && !differences.some(({ id }) => ids.has(id))) {
    throw new UserError(
      `${name} is for a different document: none of its entries occurs in this comparison with ${document}.`,
    );
  }
  const reasons = new Map(differences.map((entry) => [keyOf(entry), isExplained(entry)]));
  const keys = new Set(found.map(keyOf));
  // An entry takes precedence over a pattern.
  const findPattern = (difference: Difference) => patterns.find((pattern) => isMatch(pattern, difference));
  const used = new Set(found.filter((one) => !reasons.has(keyOf(one))).map(findPattern));
  const isAccepted = (difference: Difference) =>
    reasons.get(keyOf(difference)) ?? isExplained(findPattern(difference) ?? {});
  const open = found.filter((difference) => !isAccepted(difference));
  return {
    open,
    failing: open.filter((difference) => difference.class !== 'information'),
    unexplained: found.filter((difference) => reasons.get(keyOf(difference)) === false).length,
    accepted: found.filter(isAccepted),
    stale: [
      ...differences.filter((entry) => !keys.has(keyOf(entry))).map(({ id }) => id),
      ...patterns.filter((pattern) => !used.has(pattern)).map(({ pattern }) => pattern),
    ],
  };
}

function isExplained({ reason = '' }: { readonly reason?: string }): boolean {
  return reason.trim() !== '';
}

function isMatch({ pattern, class: expected, what }: DifferencePattern, difference: Difference): boolean {
  return expected === difference.class && matches(pattern, difference.id) && matches(what, difference.what);
}

/** Whether a text matches a pattern. Linear, because taking the first match of each part is enough. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= text.length - last.length;
}

function keyOf({ id, class: found, what }: Difference): string {
  return JSON.stringify([id, found, what]);
}
