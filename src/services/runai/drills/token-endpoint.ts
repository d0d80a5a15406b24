import type { Drill, DrillEffect } from '../../../contract/drill.ts';
import type { Caller } from '../../../core/decide.ts';
import type { FaultAction } from '../../../faults/fault.ts';
import type { Match } from '../../../journal/match.ts';

/** Where tokens are asked for, in every version. */
const TOKEN_OPERATIONS: readonly string[] = [
  'grant_token',
  'grant_token_v2',
  'grant_realm_token',
  'grant_app_token',
  'exchange_code',
  'refresh_token',
];

const HALF_A_MINUTE = 30_000;

/** How long a slow token takes, in milliseconds of real time: longer than a careless timeout, shorter than a good one. */
const SLOW_MS = 2000;

const SERVICE = 'runai';

export const tokenOutage: Drill = {
  name: 'token-outage',
  what: 'The token endpoints answer 503 with `Retry-After` until the drill ends.',
  rightClient:
    'It goes on with the token that it has for as long as that is valid, waits as long as `Retry-After` says before it asks again, and does not ask from every thread at once.',
  lasts: HALF_A_MINUTE,
  about: 'one-or-all',
  run: async (_, who) => effect('The token endpoints are out.', tokensOf(who), { status: 503, retryAfter: 'end' }),
};

export const slowToken: Drill = {
  name: 'slow-token',
  what: `Each answer of the token endpoints takes ${SLOW_MS / 1000} s of real time until the drill ends.`,
  rightClient:
    'It renews its token before that expires, asks once however many requests wait for it, and lets them wait rather than fail.',
  lasts: HALF_A_MINUTE,
  about: 'one-or-all',
  run: async (_, who) =>
    effect('The token endpoints are slow.', tokensOf(who), { delay: { min: SLOW_MS, max: SLOW_MS } }),
};

export const rateLimit: Drill = {
  name: 'rate-limit',
  what: 'Requests are answered 429 with `Retry-After` until the drill ends: those for tokens, or all of one principal. No document of the vendor has 429.',
  rightClient: 'It waits as long as `Retry-After` says before it repeats the request, and then repeats it once.',
  lasts: HALF_A_MINUTE,
  about: 'one-or-all',
  run: async (_, who) => {
    const match = who === null ? tokensOf(null) : { service: SERVICE, principal: who.principal.id };
    return effect('Requests are limited.', match, { status: 429, retryAfter: 'end' });
  },
};

function tokensOf(who: Caller | null): Match {
  return { service: SERVICE, operations: TOKEN_OPERATIONS, ...(who !== null && { principal: who.principal.id }) };
}

function effect(did: string, match: Match, action: FaultAction): DrillEffect {
  return { did, faults: [{ match, action }] };
}
