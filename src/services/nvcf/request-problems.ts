import { Problem } from '../../decisions/problem.ts';

/** Creates the problem of a request that the published code refuses although its schema allows it. */
export function createInvalidRequest(message: string): Problem {
  return new Problem('invalid_request', message);
}

/** The schemas do not check this, because `uniqueItems` takes quadratic time. @param subject ``Names in `models` `` */
export function checkDistinct(subject: string, texts: readonly string[] = []): void {
  if (new Set(texts).size < texts.length) throw createInvalidRequest(`${subject} must differ from each other.`);
}
