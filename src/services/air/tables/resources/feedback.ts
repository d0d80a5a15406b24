import type { AirResource } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** What a user has to say; it is taken and not kept. */
export const FEEDBACK = {
  name: 'feedback',
  path: '/api/v3/users/feedback/',
  operations: [{ ...ANALOGY, needs: [], only: 'dsx', rows: ['create'] }],
} as const satisfies AirResource;
