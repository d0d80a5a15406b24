/** A mistake that people make, seen in a request. */
export interface Hint {
  /** Which mistake: a code of `docs/hints.md`. */
  readonly code: string;
  /** What was sent, what was expected and what to do, in a sentence or two. ASCII, without secrets. */
  readonly text: string;
}
