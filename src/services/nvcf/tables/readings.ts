import type { Rule, Sourced } from '../../../core/rule.ts';
import { OWN_VERSION } from './covers.ts';
import type { ResourceTypeId } from './resource-types.ts';
import type { Scope } from './scopes.ts';

export type NvcfRule = Rule<Scope, ResourceTypeId>;
type Said = Partial<Omit<NvcfRule, 'id'>>;

/**
 * The first reading follows the service-keys page; the second follows what the published control plane does with a key.
 */
export type Reading = 'documented' | 'open-source';

/** What is said about an action, or one of its rules: in both readings, and in addition or instead in one of them. */
export type Part = Said & { readonly [One in Reading]?: Said };

/** An action, with what its rules have in common. */
export type Action = Part &
  Pick<NvcfRule, 'label' | 'needs'> &
  Readonly<Record<Reading, Sourced>> & { readonly rows: Readonly<Record<string, Part>> };

export const PAGE = 'service-keys page, scope requirements';
export const CODE = 'published control-plane code (NVIDIA/nvcf, fadc0f81)';
export const OF_PAGE = { source: PAGE, certainty: 'documented' } as const;
export const OF_CODE = { source: CODE, certainty: 'documented' } as const;
/** If the page has no row, it is read as the code. */
export const NO_ROW = { source: 'published control-plane code; the page has no row', certainty: 'inferred' } as const;

/** All Functions, Function and All Entity, as the page says; Function Versions wherever Function is (inferred). */
export const FUNCTIONS = ['account-functions', 'function', 'function-versions', 'entity'] as const;
/** The row of Invoke Function leaves out All Entity. */
export const INVOCABLE = ['account-functions', 'function', 'function-versions', 'authorized-functions'] as const;
/** Types for reading, including what other accounts share. */
export const READABLE = [...INVOCABLE, 'entity'] as const;

/** In the page's list of types, but in no row of its table. */
const VERSIONS_ADDED = {
  types: ['function-versions'],
  source: 'service-keys page lists the type and has no row for it; counted wherever Function is',
  certainty: 'inferred',
} as const;
/** Not on the page. */
const SHARED_ADDED = {
  types: ['authorized-functions'],
  source:
    'published control-plane code, where functions of other accounts are in play; the page does not know the type',
  certainty: 'inferred',
} as const;
export const FUNCTIONS_OF_PAGE = { on: FUNCTIONS, added: [VERSIONS_ADDED] } as const;
export const INVOCABLE_OF_PAGE = { on: INVOCABLE, added: [VERSIONS_ADDED, SHARED_ADDED] } as const;
export const READABLE_OF_PAGE = { on: READABLE, added: [VERSIONS_ADDED, SHARED_ADDED] } as const;

/** What the code checks for an own function: All Functions, or an entry that names it. */
export const OWNED = { on: ['account-functions', 'function', 'function-versions'], ...OF_CODE } as const;
/** For anybody's functions: public ones are free, shared ones need Authorized Functions or an entry. */
export const PUBLIC_IS_FREE = { on: INVOCABLE, open: ['public'], ...OF_CODE } as const;

/** For actions on a version that the account owns. */
export const ON_OWN_VERSION = {
  cover: OWN_VERSION,
  documented: { ...FUNCTIONS_OF_PAGE, ...OF_PAGE },
  'open-source': OWNED,
} as const;
/** The page requires All Entity, the code nothing. */
export const ENTITY_BY_PAGE = {
  documented: {
    on: ['entity'],
    source: `${PAGE}; the published code makes no resource test`,
    certainty: 'contradicted',
  },
  'open-source': OF_CODE,
} as const;
/** Not in the published code, so the same in both readings. */
const ENTITY = { on: ['entity'], ...OF_PAGE } as const;
export const ENTITY_BY_BOTH = { documented: ENTITY, 'open-source': ENTITY } as const;
/** Whatever the key is bound to. */
export const ON_ANYTHING = { documented: NO_ROW, 'open-source': OF_CODE } as const;
