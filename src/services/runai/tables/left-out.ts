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
      'Access rule for all authenticated users and service accounts, since 3.0': {
        because: 'its path and its `subjectType` are not published',
        source: 'reference page "Access rules" of 3.0',
      },
    },
  },
] as const satisfies readonly Section<LeftOutRow, 'what'>[];
