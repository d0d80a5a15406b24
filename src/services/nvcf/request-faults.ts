import { Problem } from '../../decisions/problem.ts';

/** The problem of a request that the published code refuses, and its schema does not. */
export function invalid(message: string): Problem {
  return new Problem('invalid_request', message);
}

/**
 * The validator would take quadratic time for it.
 *
 * @param what begins the message: ``Names in `models` ``
 * @throws Problem if a text is there twice
 */
export function checkDistinct(what: string, texts: readonly string[] = []): void {
  if (new Set(texts).size < texts.length) throw invalid(`${what} must differ from each other.`);
}
