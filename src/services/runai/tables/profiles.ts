import type { Section } from '../../../contract/sections.ts';
import type { Sourced } from '../../../decisions/rule.ts';
import type { OfProfiles as Of } from '../../../decisions/ruleset.ts';

export type Profile = '2.19' | '2.24' | '3.0';

/** A row that only some versions have. */
export type OfProfiles = Of<Profile>;

export const UNTIL_2_24 = ['2.19', '2.24'] as const;
export const ONLY_2_19 = ['2.19'] as const;
export const ONLY_2_24 = ['2.24'] as const;
export const SINCE_2_24 = ['2.24', '3.0'] as const;
export const SINCE_3_0 = ['3.0'] as const;

/** A version that shares the tables of an earlier version. */
export interface VersionRow extends Sourced {
  readonly version: string;
  readonly sameAs: Profile;
}

export const VERSION_SECTIONS = [
  {
    sameAs: '2.24',
    rows: {
      '2.25': {
        source: 'page "What is new" of 2.25: two deprecations',
        certainty: 'documented',
      },
      '2.26': {
        source: 'OpenAPI text of July 2026, with the operations of 2.24',
        certainty: 'inferred',
      },
    },
  },
] as const satisfies readonly Section<VersionRow, 'version'>[];
