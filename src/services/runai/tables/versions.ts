import type { Section } from '../../../contract/sections.ts';
import type { Sourced } from '../../../decisions/rule.ts';
import type { Profile } from './profiles.ts';

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
