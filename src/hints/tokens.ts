import { type Instant, rfc3339 } from '../core/clock.ts';
import { own } from '../core/own.ts';
import { WORLD_HEADER, worldPath } from '../core/world-id.ts';
import type { HintRule } from './hint.ts';
import { claimOf, type RefusedRequest } from './refused-request.ts';

/** How often an expired token is sent before it is told that nobody renews it. */
const MOST_REPEATS = 3;

/** Was the access token, the refresh token or the code made in this world before its last reset? */
function isOlderThanReset(refused: RefusedRequest, resetAt: Instant): boolean {
  const { problem, credential, fields, query, world } = refused;
  const { reason } = problem;
  if (reason === 'not_yet_valid') return true;
  if (reason === 'unknown_subject') {
    const issuedAt = credential?.claims?.['iat'];
    return typeof issuedAt === 'number' && issuedAt * 1000 <= resetAt;
  }
  if (reason !== 'unknown_refresh_token' && reason !== 'unknown_code') return false;
  const sent = ['refreshToken', 'refresh_token', 'code'].map((name) => own(fields, name) ?? own(query, name));
  return sent.some((text) => typeof text === 'string' && text.startsWith(world.grantMark));
}

/** Reasons that say that another server, or an earlier key, signed the token. */
const SIGNED_ELSEWHERE: readonly (string | undefined)[] = [
  ...['wrong_issuer', 'unknown_key_id', 'bad_signature', 'unsupported_algorithm'],
];

const WORLDS = { source: "worlds are the mock's own", certainty: 'ours' } as const;
const RFC_7519 = { source: 'RFC 7519, 4.1.1; OpenID Connect Core 1.0, 3.1.3.7', certainty: 'documented' } as const;

/** Scheme, authority, and the rest of a URL. */
const URL_PARTS = /^(https?):\/\/([a-z0-9.:[\]-]{1,120})(\/.*)?$/is;

/** The parts of the token's issuer and of the server's address; null if the token's issuer is not what is wrong. */
function issuers(refused: RefusedRequest) {
  if (!SIGNED_ELSEWHERE.includes(refused.problem.reason)) return null;
  const [, scheme, host, path] = URL_PARTS.exec(claimOf(refused, 'iss')) ?? [];
  const [, ownScheme, ownHost] = URL_PARTS.exec(refused.origin) ?? [];
  if (scheme === undefined || host === undefined || ownScheme === undefined || ownHost === undefined) return null;
  const lower = (text: string) => text.toLowerCase();
  return {
    scheme: lower(scheme),
    host: lower(host),
    path: path ?? '',
    own: { scheme: lower(ownScheme), host: lower(ownHost) },
  };
}

/** Credentials of other worlds. */
export const WORLD_HINTS: readonly HintRule[] = [
  {
    code: 'credential_of_other_world',
    sign: 'a credential of another world of this server',
    cure: 'call that world, by `/w/<id>`, its host or `x-mock-world`, or use a credential of this one',
    ...WORLDS,
    when: ({ decision, world }) => {
      if (decision?.reason !== 'other_world' || decision.ofWorld === undefined) return null;
      const { ofWorld } = decision;
      return `The credential is of the world \`${ofWorld}\`, and the request went to the world \`${world.id}\`: call it below \`${worldPath(ofWorld)}\`, or with the header \`${WORLD_HEADER}: ${ofWorld}\`, or use a credential of \`${world.id}\` (\`GET ${worldPath(world.id)}/_mock/cast\`).`;
    },
  },
  {
    code: 'credential_of_gone_world',
    sign: 'a credential of a world that was deleted, or has ended',
    cure: 'use a credential of a world that is there; ask for a longer `ttl` if it ended too soon',
    ...WORLDS,
    when: ({ decision, world }) => {
      if (decision?.reason !== 'world_gone' || decision.ofWorld === undefined) return null;
      const { ofWorld } = decision;
      return `The world \`${ofWorld}\` of the credential is gone: a test kept the credential longer, or nobody used the world for its \`ttl\`. Make the world again, with the same credentials, by \`POST /_mock/worlds\` with \`"id": "${ofWorld}"\`, or use a credential of \`${world.id}\` (\`GET ${worldPath(world.id)}/_mock/cast\`).`;
    },
  },
];

/** Credentials that count on another server, did once, or will not again. */
export const TOKEN_HINTS: readonly HintRule[] = [
  {
    code: 'credential_before_reset',
    sign: 'a token or a code of before the last reset of its world',
    cure: 'get everything anew after a reset: only what the seed has is still there',
    ...WORLDS,
    when: (refused) => {
      const { resetAt } = refused.world;
      if (resetAt === null || !isOlderThanReset(refused, resetAt)) return null;
      return `The world was reset at ${rfc3339(resetAt)}, and the credential may be older: what was made after the seed is gone, and the clock went back to real time. Get it anew after each reset.`;
    },
  },
  {
    code: 'issuer_scheme_differs',
    sign: 'a token whose `iss` says `https`, at a server that is called with `http`, or the reverse',
    cure: 'start the server with the `--public-url` that clients use, and get the token there',
    ...RFC_7519,
    when: (refused) => {
      const found = issuers(refused);
      if (found === null || found.host !== found.own.host || found.scheme === found.own.scheme) return null;
      return `The issuer in the token begins with \`${found.scheme}\`, and this server says \`${found.own.scheme}\`: issuers are compared as a whole. Start it with \`--public-url ${found.scheme}://${found.own.host}\`, or get the token where it is used.`;
    },
  },
  {
    code: 'issuer_host_differs',
    sign: 'a token whose `iss` has another host name or port',
    cure: 'get the token under the name you call; `--alias` and `--public-url` tell the server its other names',
    ...RFC_7519,
    when: (refused) => {
      const found = issuers(refused);
      if (found === null || found.host === found.own.host) return null;
      return `The issuer in the token is at \`${found.host}\`, and the request went to \`${found.own.host}\`: get the token there. If both are this server, name the other with \`--alias\`, or give all tokens one issuer with \`--public-url\`.`;
    },
  },
  {
    code: 'issuer_path_differs',
    sign: 'a token whose `iss` has the right host and another realm, or is of another world',
    cure: 'get the token from the realm of this world',
    ...RFC_7519,
    when: (refused) => {
      const found = issuers(refused);
      if (refused.problem.reason !== 'wrong_issuer' || found === null) return null;
      if (found.host !== found.own.host || found.scheme !== found.own.scheme) return null;
      return 'The issuer in the token has the host of this server and another path: it may be of another realm, or of another world. Get the token where it is used.';
    },
  },
  {
    code: 'token_never_renewed',
    sign: 'the same expired token three times',
    cure: 'on a 401, ask for a new token once, then repeat the request',
    source: 'RFC 6750, 3.1: `invalid_token`, the client may ask for a new access token and try again',
    certainty: 'documented',
    when: ({ repeats }) =>
      repeats < MOST_REPEATS
        ? null
        : `This expired token has been sent ${repeats} times: on a 401, ask for a new one once, then repeat the request.`,
  },
];

/** A client that asks for a token each time it needs one. It is told on requests that are answered. */
export const RENEWED_TOO_EARLY = {
  code: 'token_renewed_early',
  sign: 'three tokens for the same client while the first is in the first half of its life; only told in the journal, because these requests are answered',
  cure: 'keep the token, and ask for the next one shortly before it expires, or on a 401',
  source: 'RFC 6749, 5.1: `expires_in` says how long a token can be used',
  certainty: 'implied',
} as const;

/** How many tokens a client may get in the first half of the life of the first. */
const MOST_GRANTS = 3;

/** @param count as `Habits.granted` returns it */
export function earlyRenewal(count: number, lifetime: number) {
  if (count < MOST_GRANTS) return null;
  const { code } = RENEWED_TOO_EARLY;
  const text = `The client has got ${count} tokens, and the first of them still has more than half of its ${Math.round(lifetime / 1000)} s to live: cache it, and ask for the next one shortly before it expires, or on a 401.`;
  return { code, text };
}
