import type { AirResource } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** Feedback from a user; it is accepted but not kept. */
export const FEEDBACK = {
  name: 'feedback',
  path: '/api/v3/users/feedback/',
  operations: [{ ...ANALOGY, needs: [], only: 'dsx', rows: ['create'] }],
} as const satisfies AirResource;
