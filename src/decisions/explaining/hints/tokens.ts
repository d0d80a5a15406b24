import { END_OF_TIME, type Instant, rfc3339 } from '../../../lib/clock.ts';
import { worldOfToken } from '../../../lib/compact-jwt.ts';
import { own } from '../../../lib/members.ts';
import { WORLD_HEADER, worldPathOf } from '../../../lib/world-id.ts';
import { DELETION_PREFIX } from '../../problem.ts';
import { claimOf, type HintRule, type RefusedRequest } from './refused-request.ts';

/** Number of refusals of an expired token that cause the hint. */
const MIN_REPEATS = 3;

/** Returns the token's `iat`; null if it is not a valid time. */
function readIssuedAt(credential: RefusedRequest['credential']): Instant | null {
  const iat = credential?.claims?.['iat'];
  return typeof iat === 'number' && iat >= 0 && iat * 1000 <= END_OF_TIME ? iat * 1000 : null;
}

/** Returns whether the access token, refresh token or code was issued in this world before the last reset. */
function isOlderThanReset(refused: RefusedRequest, resetAt: Instant): boolean {
  const { problem, credential, fields, query, world } = refused;
  const { reason } = problem;
  // The clock was moved, a token was issued, and the reset turned the clock back.
  if (reason === 'not_yet_valid') return (readIssuedAt(credential) ?? END_OF_TIME) <= (world.clockBeforeReset ?? 0);
  if (reason === 'unknown_subject') return (readIssuedAt(credential) ?? END_OF_TIME) <= resetAt;
  if (reason !== 'unknown_refresh_token' && reason !== 'unknown_code') return false;
  const credentials = ['refreshToken', 'refresh_token', 'code'].map((name) => own(fields, name) ?? own(query, name));
  return credentials.some((text) => typeof text === 'string' && isOfWorld(text, world));
}

function isOfWorld(text: string, { id, grantMark }: RefusedRequest['world']): boolean {
  const world = worldOfToken(text);
  return world === null ? text.startsWith(grantMark) : world === id;
}

function describeReset({ problem: { reason } }: RefusedRequest): string {
  if (reason === 'not_yet_valid') {
    return 'The reset returned the clock to real time, and this token was issued at a later time. Request a new one.';
  }
  return reason === 'unknown_subject'
    ? 'The reset removed the user or client of this token, which is not part of the seed. Create it again, and request a new token.'
    : 'The reset removed all refresh tokens and authorization codes. Log in again.';
}

/** Reasons for tokens signed by another server, or with an earlier key. */
const FOREIGN_SIGNATURE_REASONS: readonly (string | undefined)[] = [
  'wrong_issuer',
  'unknown_key_id',
  'bad_signature',
  'unsupported_algorithm',
];

const WORLDS = { source: "worlds are the mock's own", certainty: 'ours' } as const;
const RFC_7519 = { source: 'RFC 7519, 4.1.1; OpenID Connect Core 1.0, 3.1.3.7', certainty: 'documented' } as const;

/** Scheme, authority, and the rest of a URL. */
const URL_PARTS = /^(https?):\/\/([a-z0-9.:[\]-]{1,120})(\/.*)?$/is;

/** Returns whether self-hosted Cloud Functions accepts tokens of this issuer, which need not be an address of this server. */
function isOfSelfHosted(refused: RefusedRequest): boolean {
  const { nvcf, nvcfAdminIssuer, nvcfTrustedIssuer } = refused.settings;
  if (nvcf !== 'open-source') return false;
  const issuer = claimOf(refused, 'iss');
  return issuer === nvcfAdminIssuer || nvcfTrustedIssuer.some((trusted) => trusted.startsWith(`${issuer}=`));
}

/** Returns scheme and host of the token's issuer and of the server's URL; null if the issuer is not the problem. */
function compareIssuers(refused: RefusedRequest) {
  if (!FOREIGN_SIGNATURE_REASONS.includes(refused.problem.reason)) return null;
  if (isOfSelfHosted(refused)) return null;
  const [, scheme, host] = URL_PARTS.exec(claimOf(refused, 'iss')) ?? [];
  const [, serverScheme, serverHost] = URL_PARTS.exec(refused.origin) ?? [];
  if (scheme === undefined || host === undefined || serverScheme === undefined || serverHost === undefined) return null;
  return {
    scheme: scheme.toLowerCase(),
    host: host.toLowerCase(),
    server: { scheme: serverScheme.toLowerCase(), host: serverHost.toLowerCase() },
  };
}

/** Suffix of cluster-internal names, which an administrator's token has wherever it is used. */
const CLUSTER_SUFFIX = '.svc.cluster.local';

export const WORLD_HINTS: readonly HintRule[] = [
  {
    code: 'credential_of_other_world',
    symptom: 'a credential of another world',
    ...WORLDS,
    when: ({ decision, world }) => {
      if (decision?.reason !== 'other_world' || decision.credential?.ofWorld === undefined) return null;
      const { ofWorld } = decision.credential;
      return `The credential belongs to the world \`${ofWorld}\`, but the request went to the world \`${world.id}\`. Use the path prefix \`${worldPathOf(ofWorld)}\` or the header \`${WORLD_HEADER}: ${ofWorld}\`, or a credential of \`${world.id}\` (\`GET ${worldPathOf(world.id)}/_mock/cast\`).`;
    },
  },
  {
    code: 'credential_of_gone_world',
    symptom: 'a credential of a world that has ended',
    ...WORLDS,
    when: ({ decision, world }) => {
      if (decision?.reason !== 'world_gone' || decision.credential?.ofWorld === undefined) return null;
      const { ofWorld } = decision.credential;
      return `The world \`${ofWorld}\` of the credential no longer exists: it was deleted, or it was unused for longer than its \`ttl\`. Create it again with \`POST /_mock/worlds\` and \`"id": "${ofWorld}"\`, which restores its credentials, or use a credential of \`${world.id}\` (\`GET ${worldPathOf(world.id)}/_mock/cast\`).`;
    },
  },
];

/** Hints about credentials of another server, expired ones, and ones from before a reset. */
export const TOKEN_HINTS: readonly HintRule[] = [
  {
    code: 'credential_deleted',
    symptom: 'a key, a client id or a token whose owner was deleted',
    source: 'the deletions of this world since its last reset',
    certainty: 'ours',
    when: ({ decision, world }) => {
      const { detail = '' } = decision?.credential ?? {};
      if (!detail.startsWith(DELETION_PREFIX)) return null;
      return `The credential or its owner no longer exists: ${detail}. Create it again, or use another credential (\`GET ${worldPathOf(world.id)}/_mock/cast\`).`;
    },
  },
  {
    code: 'credential_before_reset',
    symptom: 'a refresh token or a code from before a reset, or a token of a user that it removed',
    ...WORLDS,
    when: (refused) => {
      const { resetAt } = refused.world;
      if (resetAt === null || !isOlderThanReset(refused, resetAt)) return null;
      return `The world was reset at ${rfc3339(resetAt)}. ${describeReset(refused)} Access tokens of the seed's users and clients stay valid.`;
    },
  },
  {
    code: 'token_of_other_clock',
    symptom: 'a token issued later than now in this world',
    source: 'RFC 7519, 4.1.6: `iat` is when the token was issued; each world has its own clock',
    certainty: 'ours',
    when: (refused) => {
      const { problem, credential, now, world } = refused;
      const issued = readIssuedAt(credential);
      if (problem.reason !== 'not_yet_valid' || issued === null || issued <= now) return null;
      if (world.resetAt !== null && isOlderThanReset(refused, world.resetAt)) return null;
      return `The token was issued at ${rfc3339(issued)} by another clock, such as on another machine, server or world. The clock of the world \`${world.id}\` shows ${rfc3339(now)}. Request a token here, or move this clock: \`POST ${worldPathOf(world.id)}/_mock/clock/set\` with \`{"to": "${rfc3339(issued)}"}\`.`;
    },
  },
  {
    code: 'issuer_scheme_differs',
    symptom: 'an `iss` with `https` instead of `http`, or vice versa',
    ...RFC_7519,
    when: (refused) => {
      const issuers = compareIssuers(refused);
      if (issuers === null || issuers.host !== issuers.server.host || issuers.scheme === issuers.server.scheme)
        return null;
      return `The issuer of the token starts with \`${issuers.scheme}\`, but this server expects \`${issuers.server.scheme}\`. Start it with \`--public-url ${issuers.scheme}://${issuers.server.host}\`, or request the token at the URL where it is used.`;
    },
  },
  {
    code: 'issuer_host_differs',
    symptom: 'an `iss` with another host or port',
    ...RFC_7519,
    when: (refused) => {
      const issuers = compareIssuers(refused);
      if (issuers === null || issuers.host === issuers.server.host || issuers.host.endsWith(CLUSTER_SUFFIX))
        return null;
      // Neither Run:ai nor a test server has such a name.
      if (issuers.host.endsWith('.nvidia.com')) return null;
      return `The issuer of the token is at \`${issuers.host}\`, but the request went to \`${issuers.server.host}\`. Request the token there. If both names belong to this server, add the second with \`--alias\`, or give all tokens one issuer with \`--public-url\`.`;
    },
  },
  {
    code: 'issuer_path_differs',
    symptom: 'an `iss` with another realm or world',
    ...RFC_7519,
    when: (refused) => {
      const issuers = compareIssuers(refused);
      if (refused.problem.reason !== 'wrong_issuer' || issuers === null) return null;
      if (issuers.host !== issuers.server.host || issuers.scheme !== issuers.server.scheme) return null;
      return 'The issuer of the token has the host of this server but another path, so it may be another realm or world. Request the token in the world where it is used.';
    },
  },
  {
    code: 'token_never_renewed',
    symptom: 'the same expired token three times',
    source: 'RFC 6750, 3.1: `invalid_token`, the client may ask for a new access token and try again',
    certainty: 'documented',
    when: ({ refusalCount }) =>
      refusalCount < MIN_REPEATS
        ? null
        : `This expired token was sent ${refusalCount} times. On a 401, request a new token once, then repeat the request.`,
  },
];

/** The hint for a client that requests a token for each call. It is added to successful requests. */
export const RENEWED_TOO_EARLY = {
  code: 'token_renewed_early',
  symptom: "three tokens in half a token's lifetime",
  source: 'RFC 6749, 5.1: `expires_in` is the lifetime of the token',
  certainty: 'implied',
} as const;

/** Number of tokens within the first half of the first token's lifetime that causes a hint. */
const MIN_GRANTS = 3;

/** Returns the hint for a client that renews its tokens too early, or null. @param count of `TokenUsage.countGrant` */
export function findEarlyRenewal(count: number, lifetimeMs: number) {
  if (count < MIN_GRANTS) return null;
  const { code } = RENEWED_TOO_EARLY;
  const text = `The client requested ${count} tokens while the first has more than half of its ${Math.round(lifetimeMs / 1000)} s left. Cache the token, and request the next one shortly before it expires, or on a 401.`;
  return { code, text };
}
