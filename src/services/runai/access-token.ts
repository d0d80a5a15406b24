import type { World } from '../../contract/world.ts';
import type { Principal } from '../../decisions/principal.ts';
import { describeDeletion, Problem, unauthenticatedProblem } from '../../decisions/problem.ts';
import type { HintCollector } from '../../journal/request-hints.ts';
import type { Instant } from '../../lib/clock.ts';
import { decodeClaims } from '../../lib/compact-jwt.ts';
import type { KnownHosts } from '../../lib/hosts.ts';
import type { WorldCache } from '../../lib/memory.ts';
import { worldOfName } from '../../lib/world-id.ts';
import type { Store } from '../../store/index.ts';
import { BEARER_ORIGIN, bearerWorldOf } from '../../tokens/bearer-key.ts';
import type { Tokens } from '../../tokens/index.ts';
import { checkTimes, isBearer, type VerifiedClaims } from '../../tokens/verify.ts';
import { grantsIn } from './collections/grants.ts';
import { type Identity, identitiesIn } from './collections/identities.ts';

/** The parts of a request that are needed to verify its access token. */
export interface AccessTokenAttempt {
  headerLines(name: string): readonly string[];
  readonly now: Instant;
  /** Scheme and authority of the request URL. */
  readonly origin: string;
  readonly hosts: KnownHosts;
  readonly tokens: Tokens;
  readonly verifiedTokens: WorldCache<VerifiedClaims>;
  readonly store: Pick<Store, 'collections'>;
  readonly hints: HintCollector;
  readonly world: Pick<World, 'id' | 'credentials' | 'deleted'>;
}

export interface TokenRealm {
  /** Path of the issuer, such as `/auth/realms/acme`. */
  readonly issuerPath: string;
  /** Expected `tenant_id`, as a string of digits. */
  readonly tenantId: string;
}

/** The identity that an access token is issued to, and the client that requested the token (`azp`). */
export interface TokenHolder {
  readonly identity: Identity;
  readonly clientId: string;
}

export function principalOf({ identity: { kind, id, name }, clientId }: TokenHolder): Principal {
  return { kind, id, name, clientId };
}

export interface AcceptedToken extends TokenHolder {
  readonly claims: VerifiedClaims;
}

/**
 * Verifies an access token, and finds its holder. Checks the signature, issuer, world, realm, tenant, times and
 * subject, in this order. The times come after the world, because each world has a separate clock.
 *
 * @throws Problem `unauthenticated` with the reason
 */
export async function acceptToken(
  token: string,
  attempt: AccessTokenAttempt,
  { issuerPath, tenantId }: TokenRealm,
): Promise<AcceptedToken> {
  const claims = await readClaims(token, attempt);
  if (isBearer(claims)) {
    // The issuer of a bearer of the cast is the same on every server, and worlds with the credentials of the cast accept
    // each other's bearers.
    const expected = `${BEARER_ORIGIN}${issuerPath}`;
    if (claims.iss !== expected) {
      const detail = `iss is ${quote(claims.iss)}, expected ${expected}`;
      throw unauthenticatedProblem('wrong_issuer', 'Issuer is not familiar.', detail);
    }
    checkWorld({ sid: claims.sid ?? '' }, bearerWorldOf(attempt.world));
  } else {
    if (!isOfServer(claims.iss, attempt)) throw createIssuerProblem(claims.iss, attempt, issuerPath);
    checkWorld(claims, attempt.world.id);
    checkIssuer(claims.iss, attempt, issuerPath);
  }
  checkTenantClaim(claims, tenantId);
  const identities = identitiesIn(attempt.store);
  try {
    checkTimes(claims, attempt.now);
  } catch {
    // Repeated so that the error includes the owner. Only rejected tokens pay for this look-up.
    attempt.verifiedTokens.delete(token);
    const owner = await identities.byId(claims.sub);
    checkTimes(
      claims,
      attempt.now,
      owner === null ? undefined : principalOf({ identity: owner, clientId: claims.azp }),
    );
  }
  const identity = await identities.byId(claims.sub);
  if (identity === null) {
    const deletionTime = attempt.world.deleted.findDeletionTime(claims.sub);
    const detail = deletionTime === null ? undefined : describeDeletion(deletionTime);
    throw unauthenticatedProblem('unknown_subject', 'The owner of the access token does not exist.', detail);
  }
  const accepted: AcceptedToken = { identity, clientId: claims.azp, claims };
  if (!identity.enabled) throw createRefusal(accepted, 'disabled', 'The owner of the access token is disabled.');
  const { jti = '', sid = '' } = claims;
  const grants = grantsIn(attempt.store);
  if ((await grants.isRevoked([jti, sid])) || (await grants.isOfRevoked(identity, sid, attempt.world.id))) {
    throw createRefusal(accepted, 'revoked_token', 'The access token was revoked.');
  }
  return accepted;
}

function createRefusal(holder: TokenHolder, reason: 'disabled' | 'revoked_token', message: string): Problem {
  return unauthenticatedProblem(reason, message, undefined, principalOf(holder));
}

/** @throws Problem `unauthenticated`; for a token of another world, with that reason instead of an unknown key */
async function readClaims(token: string, attempt: AccessTokenAttempt): Promise<VerifiedClaims> {
  try {
    const cached = readCachedClaims(token, attempt);
    if (cached !== undefined) return cached;
    const claims = await attempt.tokens.verify(token, attempt.now);
    attempt.verifiedTokens.set(token, claims);
    return claims;
  } catch (thrown) {
    // The token is refused in any case, but "issued by another world" is more helpful than "unknown key".
    const { sid, iss } = decodeClaims(token) ?? {};
    const isUnknownKey = thrown instanceof Problem && thrown.reason === 'unknown_key_id';
    if (isUnknownKey && typeof sid === 'string' && typeof iss === 'string' && isOfServer(iss, attempt)) {
      checkWorld({ sid }, attempt.world.id);
    }
    throw thrown;
  }
}

function readCachedClaims(
  token: string,
  { tokens, verifiedTokens, now }: AccessTokenAttempt,
): VerifiedClaims | undefined {
  const claims = verifiedTokens.get(token);
  if (claims === undefined) return undefined;
  try {
    tokens.checkKey(claims.kid, now);
  } catch (problem) {
    verifiedTokens.delete(token);
    throw problem;
  }
  return claims;
}

/** Checks the world of a token. A valid signature is not enough, because most worlds share a signing key. */
function checkWorld({ sid = '' }: Pick<VerifiedClaims, 'sid'>, world: string): void {
  const ofWorld = worldOfName(sid);
  if (ofWorld === world) return;
  throw new Problem('unauthenticated', 'Issuer is not familiar.', { reason: 'other_world', ofWorld });
}

/** Returns whether the issuer's host is a name of this server, in any world. */
function isOfServer(issuer: string, { origin, hosts }: AccessTokenAttempt): boolean {
  const host = /^https?:\/\/([^/?#]+)/.exec(issuer)?.[1];
  return host !== undefined && (isNameOf(hosts, host) || host === new URL(origin).host);
}

/** The vendor's host names count, because a token that was issued at one name may be sent to any other. */
function isNameOf(hosts: KnownHosts, host: string): boolean {
  return hosts.isOwn(host) || hosts.isVendors(host);
}

function createIssuerProblem(issuer: string, { origin }: AccessTokenAttempt, issuerPath: string): Problem {
  const detail = `iss is ${quote(issuer)}, expected ${origin}${issuerPath}`;
  return unauthenticatedProblem('wrong_issuer', 'Issuer is not familiar.', detail);
}

/** Captures the authority and the world id of a `/w/<id>` prefix. */
const HTTP_ORIGIN = /^https?:\/\/([^/?#]+)(?:\/w\/([^/?#]+))?$/;

/**
 * Checks the issuer. The host may be any name of this server, because a container and its host use different names;
 * everything else must match. Adds a hint if the name differs from the request's.
 */
function checkIssuer(issuer: string, attempt: AccessTokenAttempt, issuerPath: string): void {
  const { origin, hosts, hints, world } = attempt;
  if (issuer === `${origin}${issuerPath}`) return;
  const base = issuer.endsWith(issuerPath) ? issuer.slice(0, -issuerPath.length) : '';
  const [, host, worldInPath] = HTTP_ORIGIN.exec(base) ?? [];
  const issuingWorld = worldInPath ?? hosts.labelOf(host ?? '') ?? world.id;
  const isSameServer = host !== undefined && isNameOf(hosts, host) && hosts.has(new URL(origin).host);
  if (!isSameServer || issuingWorld !== world.id) throw createIssuerProblem(issuer, attempt, issuerPath);
  hints.add(
    'issuer_differs',
    `a token with issuer ${quote(issuer)} was sent to ${origin}; set --public-url so that all tokens have the same issuer`,
  );
}

/** Checks the tenant, because worlds can share a signing key. Tokens of earlier versions have no `tenant_id`. */
function checkTenantClaim({ tenant_id: claimed }: VerifiedClaims, tenantId: string): void {
  if (claimed === undefined || (typeof claimed === 'number' && String(claimed) === tenantId)) return;
  const detail = `tenant_id is ${quote(JSON.stringify(claimed))}, expected ${tenantId}`;
  throw unauthenticatedProblem('wrong_tenant', 'The access token belongs to another tenant.', detail);
}

/** Maximum length of a claim in an error. Claims of forged tokens can have any length. */
const MAX_QUOTED_LENGTH = 200;

function quote(text: string): string {
  return JSON.stringify(text.slice(0, MAX_QUOTED_LENGTH));
}
