import type { Sourced } from '../../../core/rule.ts';

/** Where what a resource needs comes from, and how sure it is therefore. */
export const REFERENCE = {
  source: 'API reference, page of the operation',
  certainty: 'documented',
} as const satisfies Sourced;
export const AUTH_PAGE = {
  source: 'API authentication page, wording of the scope',
  certainty: 'implied',
} as const satisfies Sourced;
export const ANALOGY = { source: 'no page states it; by analogy', certainty: 'inferred' } as const satisfies Sourced;
