import type { Drill } from '../../../contract/drill.ts';
import { DEFAULT_DURATION_MS, matchTokenRequests } from './token-endpoint.ts';

/** Limits the token requests of all principals or, if a principal is named, all requests of this principal. */
export const rateLimit: Drill = {
  name: 'rate-limit',
  event: 'Token requests, or all requests of one principal, get 429 with `Retry-After`. The vendor documents no 429.',
  rightClient: 'It waits for `Retry-After`, and then repeats the request once.',
  durationMs: DEFAULT_DURATION_MS,
  affects: 'one-or-all',
  run: async (_, caller) => {
    const match = caller === null ? matchTokenRequests(null) : { service: 'runai', principal: caller.principal.id };
    return {
      summary: 'Requests are rate limited.',
      faults: [{ match, action: { status: 429, retryAfter: 'end' } }],
    };
  },
};
