import { Problem } from '../../decisions/problem.ts';

/** Creates the problem for a request that the published code refuses but its schema allows. */
export function invalid(message: string): Problem {
  return new Problem('invalid_request', message);
}

/**
 * Checks for duplicates, because `uniqueItems` takes quadratic time in the validator.
 *
 * @param subject starts the message: ``Names in `models` ``
 * @throws Problem if a text occurs twice
 */
export function checkDistinct(subject: string, texts: readonly string[] = []): void {
  if (new Set(texts).size < texts.length) throw invalid(`${subject} must differ from each other.`);
}
