import type { Sourced } from '../../../decisions/rule.ts';

/** Sources of rules, with their certainty. */
export const REFERENCE = {
  source: 'API reference, page of the operation',
  certainty: 'documented',
} as const satisfies Sourced;
export const AUTH_PAGE = {
  source: 'API authentication page, wording of the scope',
  certainty: 'implied',
} as const satisfies Sourced;
/** Operations with an undocumented rule and an API documented by the SDK. */
export const OF_SDK = {
  shape: { source: 'source of the SDK 1.3.1', certainty: 'documented' },
} as const satisfies { readonly shape: Sourced };
export const ANALOGY = { source: 'not documented; by analogy', certainty: 'inferred' } as const satisfies Sourced;
export const DEMO_VISITOR = {
  source:
    'API authentication page: `air:marketplace_demo_read` is for viewing and interacting with demos; any other scope by analogy',
  certainty: 'inferred',
} as const satisfies Sourced;
