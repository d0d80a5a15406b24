import type { Rule, Sourced } from '../../../decisions/rule.ts';
import type { COVERS } from './covers.ts';
import type { ResourceTypeId } from './resource-types.ts';
import type { Scope } from './scopes.ts';
import { CODE, PAGE } from './sources.ts';

export type NvcfRule = Rule<Scope, ResourceTypeId>;

/** `documented` follows the service-keys page, `open-source` the published control-plane code. */
export type Reading = 'documented' | 'open-source';

/** The source of what a reading says, unless it names another. */
export const SOURCES: Readonly<Record<Reading, Sourced>> = {
  documented: { source: PAGE, certainty: 'documented' },
  'open-source': { source: CODE, certainty: 'documented' },
};

/** Types that no row of the page's table has, by why they are accepted. */
export const ADDED = {
  'function-versions': 'service-keys page lists the type and has no row for it; accepted wherever Function is',
  'authorized-functions':
    'published control-plane code, where functions of other accounts are in play; the page does not know the type',
} as const;

/** The members of a rule that its action, or one of the action's rows, states. */
interface Said extends Partial<Omit<NvcfRule, 'id' | 'cover'>> {
  readonly cover?: keyof typeof COVERS;
  /** Further types, which the page does not name for the action. */
  readonly addsToPage?: readonly (keyof typeof ADDED)[];
}

/** What both readings say, and what only one of them does, which counts more. */
export type Part = Said & { readonly [One in Reading]?: Said };

/** An action, with what its rules have in common. */
export type Action = Part &
  Pick<NvcfRule, 'label' | 'needs'> &
  Readonly<Record<Reading, Said>> & { readonly rows: Readonly<Record<string, Part>> };
