import { Unusable } from '../../../src/conformance-entry.ts';
import { CLASSES, type Difference, type DifferenceClass } from './difference.ts';
import { membersOf } from './source.ts';

/** Differences that are accepted. The form is what `--json` prints; patterns are written by hand. */
export interface Baseline {
  /** The compared document of the mock; null where the file does not say it. */
  readonly document: string | null;
  readonly differences: readonly Difference[];
  /** Kinds of differences, such as a status that every operation has. */
  readonly patterns?: readonly DifferencePattern[];
}

/** Many differences with one reason. `*` stands for any text. */
export interface DifferencePattern {
  /** Of the ids: `* 415: status`. */
  readonly pattern: string;
  readonly class: DifferenceClass;
  /** Of what differs: `none in the document, * in the mock`. */
  readonly what: string;
  readonly reason: string;
  readonly source?: string;
}

/** What a baseline makes of a comparison. */
export interface Verdict {
  /** Not accepted. */
  readonly open: readonly Difference[];
  /** The open differences that fail a check: all but `information`. */
  readonly failing: readonly Difference[];
  readonly accepted: readonly Difference[];
  /** Entries of the baseline that do not occur any more, by id or pattern. */
  readonly stale: readonly string[];
  /** The number of open differences that the baseline has without a reason. */
  readonly unexplained: number;
}

const KNOWN: ReadonlySet<unknown> = new Set(CLASSES);

/** @param name of the file, for messages. @throws Unusable naming the entry */
export function readBaseline(content: unknown, name: string): Baseline {
  const { document = null, differences, patterns = [] } = membersOf(content);
  if (!Array.isArray(differences) || (document !== null && typeof document !== 'string')) {
    throw new Unusable(
      `${name} is not a baseline. Expected \`{"differences": [...]}\`, as \`verify --json\` prints it.`,
    );
  }
  const entries = differences.map((entry, index): Difference => {
    const { id, class: found, where, what, reason = '', source } = membersOf(entry);
    const texts = [id, where, what, reason, source ?? ''].every((text) => typeof text === 'string');
    if (!texts || !KNOWN.has(found)) {
      throw new Unusable(
        `${name}: \`differences[${index}]\` needs \`id\`, \`class\`, \`where\` and \`what\`, as \`verify --json\` prints them.`,
      );
    }
    // Checked just above.
    return { id, class: found, where, what, reason, ...(source === undefined ? {} : { source }) } as Difference;
  });
  return { document, differences: entries, patterns: readPatterns(patterns, name) };
}

function readPatterns(content: unknown, name: string): DifferencePattern[] {
  if (!Array.isArray(content)) throw new Unusable(`${name}: \`patterns\` must be an array.`);
  return content.map((entry, index) => {
    const { pattern, class: found, what, reason, source } = membersOf(entry);
    const texts = [pattern, what, reason, source ?? ''].every((text) => typeof text === 'string');
    if (!texts || !KNOWN.has(found)) {
      throw new Unusable(`${name}: \`patterns[${index}]\` needs \`pattern\`, \`class\`, \`what\` and \`reason\`.`);
    }
    // Checked just above.
    return { pattern, class: found, what, reason, ...(source === undefined ? {} : { source }) } as DifferencePattern;
  });
}

/**
 * The entries of an updated baseline. Known differences keep their reasons, others wait for one. What a pattern accepts
 * needs no entry.
 */
export function withReasons(found: readonly Difference[], before: Baseline | null): Difference[] {
  const known = new Map(before?.differences.map((entry) => [keyOf(entry), entry]));
  const patterns = (before?.patterns ?? []).filter(isExplained);
  return found
    .filter((difference) => known.has(keyOf(difference)) || !patterns.some((pattern) => isMatch(pattern, difference)))
    .map((difference) => known.get(keyOf(difference)) ?? { ...difference, reason: '' });
}

/**
 * Splits the differences by a baseline. An entry counts for a difference that is exactly the same, and only with a
 * reason.
 *
 * @param document the compared document of the mock
 * @throws Unusable if the baseline is of another document
 */
export function judge(
  found: readonly Difference[],
  { document: named, differences, patterns = [] }: Baseline,
  document: string,
  name: string,
): Verdict {
  if (named !== null && named !== document) {
    throw new Unusable(`${name} is of another document, ${named}. This comparison is with ${document}.`);
  }
  const ids = new Set(found.map(({ id }) => id));
  if (named === null && differences.length > 0 && !differences.some(({ id }) => ids.has(id))) {
    throw new Unusable(
      `${name} is of another document: none of its entries occurs in this comparison with ${document}.`,
    );
  }
  const reasons = new Map(differences.map((entry) => [keyOf(entry), isExplained(entry)]));
  const keys = new Set(found.map(keyOf));
  // An entry of its own says more than a pattern.
  const byPattern = (difference: Difference) => patterns.find((pattern) => isMatch(pattern, difference));
  const used = new Set(found.filter((one) => !reasons.has(keyOf(one))).map(byPattern));
  const isAccepted = (difference: Difference) =>
    reasons.get(keyOf(difference)) ?? isExplained(byPattern(difference) ?? {});
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

function isMatch({ pattern, class: named, what }: DifferencePattern, found: Difference): boolean {
  return named === found.class && fits(pattern, found.id) && fits(what, found.what);
}

/** Whether a text has the parts of a pattern in order; linear, because the first place of a part is as good as a later one. */
function fits(pattern: string, text: string): boolean {
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
