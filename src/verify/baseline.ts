import { Unusable } from '../core/unusable.ts';
import type { Difference, DifferenceClass } from './difference.ts';
import { membersOf } from './source.ts';

/** Differences that are accepted. The form is what `--json` prints. */
export interface Baseline {
  /** The compared document of the mock; null where the file does not say it. */
  readonly document: string | null;
  readonly differences: readonly Difference[];
}

/** What a baseline makes of a comparison. */
export interface Verdict {
  /** Not accepted. */
  readonly open: readonly Difference[];
  readonly accepted: readonly Difference[];
  /** Entries of the baseline that do not occur any more. */
  readonly stale: readonly Difference[];
  /** The number of open differences that the baseline has without a reason. */
  readonly unexplained: number;
}

const CLASSES: ReadonlySet<unknown> = new Set<DifferenceClass>(['breaks-requests', 'breaks-answers', 'widens']);

/** @param name of the file, for messages. @throws Unusable naming the entry */
export function readBaseline(content: unknown, name: string): Baseline {
  const { document = null, differences } = membersOf(content);
  if (!Array.isArray(differences) || (document !== null && typeof document !== 'string')) {
    throw new Unusable(
      `${name} is not a baseline. Expected \`{"differences": [...]}\`, as \`verify --json\` prints it.`,
    );
  }
  const entries = differences.map((entry, index): Difference => {
    const { id, class: found, where, what, reason = '' } = membersOf(entry);
    const texts = [id, where, what, reason].every((text) => typeof text === 'string');
    if (!texts || !CLASSES.has(found)) {
      throw new Unusable(
        `${name}: \`differences[${index}]\` needs \`id\`, \`class\`, \`where\` and \`what\`, as \`verify --json\` prints them.`,
      );
    }
    // Checked just above.
    return { id, class: found, where, what, reason } as Difference;
  });
  return { document, differences: entries };
}

/** The entries of an updated baseline. Known differences keep their reasons, others wait for one. */
export function withReasons(found: readonly Difference[], before: Baseline | null): Difference[] {
  const reasons = new Map(before?.differences.map((entry) => [keyOf(entry), entry.reason ?? '']));
  return found.map((difference) => ({ ...difference, reason: reasons.get(keyOf(difference)) ?? '' }));
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
  { document: named, differences }: Baseline,
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
  const reasons = new Map(differences.map((entry) => [keyOf(entry), (entry.reason ?? '').trim() !== '']));
  const keys = new Set(found.map(keyOf));
  return {
    open: found.filter((difference) => reasons.get(keyOf(difference)) !== true),
    unexplained: found.filter((difference) => reasons.get(keyOf(difference)) === false).length,
    accepted: found.filter((difference) => reasons.get(keyOf(difference)) === true),
    stale: differences.filter((entry) => !keys.has(keyOf(entry))),
  };
}

function keyOf({ id, class: found, what }: Difference): string {
  return JSON.stringify([id, found, what]);
}
