import type { Drill } from '../../../contract/drill.ts';
import type { Principal } from '../../../decisions/principal.ts';
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

/** Default duration of a drill. Long enough for several retries of a client, and short enough to wait for its end. */
const DEFAULT_DURATION_MS = 30_000;

/** Delay of a slow token in real milliseconds: longer than a careless timeout, shorter than a good one. */
const TOKEN_DELAY_MS = 2000;

/** Makes the token endpoints unavailable. */
export const tokenOutage: Drill = {
  name: 'token-outage',
  event: 'The token endpoints respond 503 with `Retry-After`.',
  rightClient:
    'It keeps using its token while valid, waits for `Retry-After`, and does not send one request per thread.',
  durationMs: DEFAULT_DURATION_MS,
  affects: 'one-or-all',
  run: async (_, affectedCaller) => ({
    summary: 'The token endpoints are unavailable.',
    faults: [
      { match: matchTokenRequests(affectedCaller?.principal ?? null), action: { status: 503, retryAfter: 'end' } },
    ],
  }),
};

/** Delays the responses of the token endpoints. */
export const slowToken: Drill = {
  name: 'slow-token',
  event: `Each response of the token endpoints takes ${TOKEN_DELAY_MS / 1000} s of real time.`,
  rightClient: 'It renews its token before expiry with a single request; other requests wait for it and do not fail.',
  durationMs: DEFAULT_DURATION_MS,
  affects: 'one-or-all',
  run: async (_, affectedCaller) => ({
    summary: 'The token endpoints are slow.',
    faults: [
      {
        match: matchTokenRequests(affectedCaller?.principal ?? null),
        action: { delay: { min: TOKEN_DELAY_MS, max: TOKEN_DELAY_MS } },
      },
    ],
  }),
};

/** Limits the token requests of all principals or, for a single principal, all its requests. */
export const rateLimit: Drill = {
  name: 'rate-limit',
  event: 'Token requests, or all requests of one principal, get 429 with `Retry-After`. The vendor documents no 429.',
  rightClient: 'It waits for `Retry-After`, and then repeats the request once.',
  durationMs: DEFAULT_DURATION_MS,
  affects: 'one-or-all',
  run: async (_, affectedCaller) => {
    const match =
      affectedCaller === null ? matchTokenRequests(null) : { service: 'runai', principal: affectedCaller.principal.id };
    return {
      summary: 'Requests are rate limited.',
      faults: [{ match, action: { status: 429, retryAfter: 'end' } }],
    };
  },
};

/** Matches the token requests of a principal. @param principal null for all principals */
function matchTokenRequests(principal: Principal | null): Match {
  return { service: 'runai', operations: TOKEN_OPERATIONS, ...(principal !== null && { principal: principal.id }) };
}
