import type { AirResource } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** Feedback from a user; accepted, but not stored. */
export const FEEDBACK = {
  name: 'feedback',
  path: '/api/v3/users/feedback/',
  operations: [{ ...ANALOGY, needs: [], only: 'dsx', rows: ['create'] }],
} as const satisfies AirResource;
