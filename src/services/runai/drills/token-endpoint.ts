import type { Drill, DrillEffect } from '../../../contract/drill.ts';
import type { Caller } from '../../../decisions/decide.ts';
import type { FaultAction } from '../../../faults/fault.ts';
import type { Match } from '../../../journal/match.ts';

/** The token endpoints of all versions. */
const TOKEN_OPERATIONS: readonly string[] = [
  'grant_token',
  'grant_token_v2',
  'grant_realm_token',
  'app_token',
  'exchange_code',
  'refresh_token',
];

const HALF_A_MINUTE_MS = 30_000;

/** Delay of a slow token in real milliseconds: longer than a careless timeout, shorter than a good one. */
const SLOW_MS = 2000;

const SERVICE = 'runai';

export const tokenOutage: Drill = {
  name: 'token-outage',
  what: 'The token endpoints respond 503 with `Retry-After`.',
  rightClient:
    'It keeps using its token while valid, waits for `Retry-After`, and does not send one request per thread.',
  lasts: HALF_A_MINUTE_MS,
  about: 'one-or-all',
  run: async (_, caller) =>
    createEffect('The token endpoints are unavailable.', matchTokenRequests(caller), {
      status: 503,
      retryAfter: 'end',
    }),
};

export const slowToken: Drill = {
  name: 'slow-token',
  what: `Each response of the token endpoints takes ${SLOW_MS / 1000} s of real time.`,
  rightClient: 'It renews its token before expiry with a single request; other requests wait for it and do not fail.',
  lasts: HALF_A_MINUTE_MS,
  about: 'one-or-all',
  run: async (_, caller) =>
    createEffect('The token endpoints are slow.', matchTokenRequests(caller), {
      delay: { min: SLOW_MS, max: SLOW_MS },
    }),
};

export const rateLimit: Drill = {
  name: 'rate-limit',
  what: 'Token requests, or all requests of one principal, get 429 with `Retry-After`. The vendor documents no 429.',
  rightClient: 'It waits for `Retry-After`, and then repeats the request once.',
  lasts: HALF_A_MINUTE_MS,
  about: 'one-or-all',
  run: async (_, caller) => {
    const match = caller === null ? matchTokenRequests(null) : { service: SERVICE, principal: caller.principal.id };
    return createEffect('Requests are rate limited.', match, { status: 429, retryAfter: 'end' });
  },
};

function matchTokenRequests(caller: Caller | null): Match {
  return { service: SERVICE, operations: TOKEN_OPERATIONS, ...(caller !== null && { principal: caller.principal.id }) };
}

function createEffect(did: string, match: Match, action: FaultAction): DrillEffect {
  return { did, faults: [{ match, action }] };
}
