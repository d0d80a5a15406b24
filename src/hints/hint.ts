import type { Sourced } from '../core/rule.ts';
import type { RefusedRequest } from './refused-request.ts';

/** A likely mistake in a request. */
export interface Hint {
  /** The code of the mistake, as in `docs/reference/hints.md`. */
  readonly code: string;
  /** One or two sentences: what was wrong, what was expected, what to do. ASCII, without secrets. */
  readonly text: string;
}

/** Recognises one mistake. Its source is the vendor or a standard. */
export interface HintRule extends Sourced {
  readonly code: string;
  /** The symptom, for `docs/reference/hints.md`. */
  readonly symptom: string;
  /** The advice, for the same page. */
  readonly advice: string;
  /**
   * The text of the hint; null for a request without this mistake. It takes linear time, never throws, and reveals no
   * secret: it describes sent values only by their kind.
   */
  readonly when: (refused: RefusedRequest) => string | null;
}
