import type { Sourced } from '../../../core/rule.ts';
import type { Section } from '../../../core/sections.ts';

/** Operations of the vendor that are left out because too little of them is known. */
export interface LeftOutRow extends Sourced {
  readonly what: string;
  readonly because: string;
}

export const LEFT_OUT_SECTIONS = [
  {
    certainty: 'documented',
    rows: {
      'Security settings: `autoRedirectSSO`, `browserSessionTimeout`, `logoutRedirectUri`': {
        because: 'the bodies of its three operations are not known well enough',
        source: 'OpenAPI 2.22 to 2.24 and the index of the reference of 3.0',
      },
      'Access rule for all authenticated users and service accounts, since 3.0': {
        because: 'its path and its `subjectType` are not published',
        source: 'reference page "Access rules" of 3.0',
      },
    },
  },
] as const satisfies readonly Section<LeftOutRow, 'what'>[];
