import type { Sourced } from '../core/rule.ts';
import type { RefusedRequest } from './refused-request.ts';

/** A mistake that people make, seen in a request. */
export interface Hint {
  /** Which mistake: a code of `docs/reference/hints.md`. */
  readonly code: string;
  /** What was sent, what was expected and what to do, in a sentence or two. ASCII, without secrets. */
  readonly text: string;
}

/** How one mistake is recognised. Its source says that the vendor, or a standard, takes it for one. */
export interface HintRule extends Sourced {
  readonly code: string;
  /** What it looks like, for `docs/reference/hints.md`. */
  readonly sign: string;
  /** What to do, for the same page. */
  readonly cure: string;
  /**
   * The text of the hint, or null for a request without this mistake. It takes time linear in what was sent, never
   * throws, and shows nothing that could be a secret: what was sent is described by its kind.
   */
  readonly when: (refused: RefusedRequest) => string | null;
}
