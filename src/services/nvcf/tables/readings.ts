import type { Rule, Sourced } from '../../../core/rule.ts';
import { OWN_VERSION } from './covers.ts';
import type { ResourceTypeId } from './resource-types.ts';
import type { Scope } from './scopes.ts';

export type NvcfRule = Rule<Scope, ResourceTypeId>;
type Said = Partial<Omit<NvcfRule, 'id'>>;

/** `documented` follows the service-keys page, `open-source` the published control-plane code. */
export type Reading = 'documented' | 'open-source';

/** Members of both readings; those of one reading override them. */
export type Part = Said & { readonly [One in Reading]?: Said };

/** An action, with the members that its rules share. */
export type Action = Part &
  Pick<NvcfRule, 'label' | 'needs'> &
  Readonly<Record<Reading, Sourced>> & { readonly rows: Readonly<Record<string, Part>> };

export const PAGE = 'service-keys page, scope requirements';
export const CODE = 'published control-plane code (NVIDIA/nvcf, fadc0f81)';
export const OF_PAGE = { source: PAGE, certainty: 'documented' } as const;
export const OF_CODE = { source: CODE, certainty: 'documented' } as const;
/** Actions without a row on the page follow the code. */
export const NO_ROW = { source: 'published control-plane code; the page has no row', certainty: 'inferred' } as const;

/** The page names all but Function Versions, which is accepted wherever Function is (inferred). */
export const FUNCTIONS = ['account-functions', 'function', 'function-versions', 'entity'] as const;
/** The row Invoke Function omits All Entity. */
const INVOCABLE = ['account-functions', 'function', 'function-versions', 'authorized-functions'] as const;
/** Types for reading, also of functions that other accounts share. */
export const READABLE = [...INVOCABLE, 'entity'] as const;

/** The page lists the type, but no row of its table has it. */
const VERSIONS_ADDED = {
  types: ['function-versions'],
  source: 'service-keys page lists the type and has no row for it; accepted wherever Function is',
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

/** For a function of one's own, the code requires All Functions or an entry that names the function. */
export const OWNED = { on: ['account-functions', 'function', 'function-versions'], ...OF_CODE } as const;
/** Public functions are free; shared ones need Authorized Functions or an entry that names the function. */
export const PUBLIC_IS_FREE = { on: INVOCABLE, open: ['public'], ...OF_CODE } as const;

/** For actions on a version that the account owns. */
export const ON_OWN_VERSION = {
  cover: OWN_VERSION,
  documented: { ...FUNCTIONS_OF_PAGE, ...OF_PAGE },
  'open-source': OWNED,
} as const;
/** The page requires All Entity, the code no resource. */
export const ENTITY_BY_PAGE = {
  documented: {
    on: ['entity'],
    source: `${PAGE}; the published code makes no resource test`,
    certainty: 'contradicted',
  },
  'open-source': OF_CODE,
} as const;
/** The published code lacks these actions, so both readings follow the page. */
const ENTITY = { on: ['entity'], ...OF_PAGE } as const;
export const ENTITY_BY_BOTH = { documented: ENTITY, 'open-source': ENTITY } as const;
/** For actions without a row: the types of the rows that name the scope. */
export const OF_SCOPE = {
  source: `${PAGE}: "Each scope only authorizes requests for compatible resource types"`,
  certainty: 'documented',
} as const;
