import type { KnownHosts } from '../../addresses/hosts.ts';
import { worldOfName } from '../../addresses/world-id.ts';
import type { World } from '../../contract/world.ts';
import type { Principal } from '../../decisions/principal.ts';
import { deletedAt, Problem, unauthenticatedProblem } from '../../decisions/problem.ts';
import type { Reports } from '../../journal/finding.ts';
import type { WorldCache } from '../../memory/caches.ts';
import type { Store } from '../../store/index.ts';
import type { Instant } from '../../time/clock.ts';
import { BEARER_ORIGIN, worldOfBearers } from '../../tokens/bearer-key.ts';
import { decodeClaims } from '../../tokens/compact.ts';
import type { Tokens } from '../../tokens/index.ts';
import { checkTimes, isBearer, type VerifiedClaims } from '../../tokens/verify.ts';
import { grantsIn } from './collections/grants.ts';
import { type Identity, identitiesIn } from './collections/identities.ts';

/** A request with an access token, as far as its verification reads it. */
export interface AccessTokenAttempt {
  headerLines(name: string): readonly string[];
  readonly now: Instant;
  /** Scheme and authority of the URL that the caller used. */
  readonly origin: string;
  readonly hosts: KnownHosts;
  readonly tokens: Tokens;
  readonly verifiedTokens: WorldCache<VerifiedClaims>;
  readonly store: Pick<Store, 'collections'>;
  readonly findings: Reports;
  readonly world: Pick<World, 'id' | 'credentials' | 'deleted'>;
}

/** The realm whose tokens are accepted. */
export interface TokenRealm {
  /** Path of the issuer below the origin, such as `/auth/realms/acme`. */
  readonly issuerPath: string;
  /** The value of `tenant_id`, in digits. */
  readonly tenantId: string;
}

/** The owner of an access token, and the client that asked for it (`azp`). */
export interface Granted {
  readonly identity: Identity;
  readonly clientId: string;
}

export function principalOf({ identity: { kind, id, name }, clientId }: Granted): Principal {
  return { kind, id, name, clientId };
}

/** The owner of a verified token, and its claims. */
export interface AcceptedToken extends Granted {
  readonly claims: VerifiedClaims;
}

/**
 * Verifies an access token. Order of checks: signature, issuer, world, realm, tenant, times, subject. Each world has
 * its own clock, so the times of another world's token cannot be checked here.
 *
 * @throws Problem `unauthenticated` with the reason
 */
export async function acceptToken(
  token: string,
  attempt: AccessTokenAttempt,
  { issuerPath, tenantId }: TokenRealm,
): Promise<AcceptedToken> {
  const claims = await claimsOf(token, attempt);
  if (isBearer(claims)) checkBearer(claims, attempt, issuerPath);
  else {
    if (!isOfServer(claims.iss, attempt)) throw wrongIssuer(claims.iss, attempt, issuerPath);
    checkWorld(claims, attempt.world.id);
    checkIssuer(claims.iss, attempt, issuerPath);
  }
  checkTenant(claims, tenantId);
  try {
    checkTimes(claims, attempt.now);
  } catch {
    await refuseForTimes(token, claims, attempt);
  }
  const identity = await identitiesIn(attempt.store).byId(claims.sub);
  if (identity === null) throw unknownSubject(claims.sub, attempt);
  const accepted: AcceptedToken = { identity, clientId: claims.azp, claims };
  if (!identity.enabled) throw refusedOf(accepted, 'disabled', 'The owner of the access token is disabled.');
  if (await grantsIn(attempt.store).isRevoked([claims.jti ?? '', claims.sid ?? '']))
    throw refusedOf(accepted, 'revoked_token', 'The access token was revoked.');
  return accepted;
}

function refusedOf(granted: Granted, reason: 'disabled' | 'revoked_token', message: string): Problem {
  return unauthenticatedProblem(reason, message, undefined, principalOf(granted));
}

function unknownSubject(subject: string, { world }: AccessTokenAttempt): Problem {
  const at = world.deleted.find(subject);
  const why = at === null ? undefined : deletedAt(at);
  return unauthenticatedProblem('unknown_subject', 'The owner of the access token does not exist.', why);
}

async function claimsOf(token: string, attempt: AccessTokenAttempt): Promise<VerifiedClaims> {
  try {
    return rememberedClaims(token, attempt) ?? (await verifyClaims(token, attempt));
  } catch (thrown) {
    // The token is refused in any case. "Of another world" explains more than "unknown key".
    const { sid, iss } = decodeClaims(token) ?? {};
    const isUnknownKey = thrown instanceof Problem && thrown.reason === 'unknown_key_id';
    if (isUnknownKey && typeof sid === 'string' && typeof iss === 'string' && isOfServer(iss, attempt))
      checkWorld({ sid }, attempt.world.id);
    throw thrown;
  }
}

/** The cached claims of a token that was verified before, if its key is still in force. */
function rememberedClaims(
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

async function verifyClaims(
  token: string,
  { tokens, verifiedTokens, now }: AccessTokenAttempt,
): Promise<VerifiedClaims> {
  const claims = await tokens.verify(token, now);
  verifiedTokens.set(token, claims);
  return claims;
}

/** Throws like `checkTimes`, with the owner of the token, who is looked up only for that. */
async function refuseForTimes(token: string, claims: VerifiedClaims, attempt: AccessTokenAttempt): Promise<void> {
  attempt.verifiedTokens.delete(token);
  const identity = await identitiesIn(attempt.store).byId(claims.sub);
  const owner = identity === null ? undefined : principalOf({ identity, clientId: claims.azp });
  checkTimes(claims, attempt.now, owner);
}

/** A bearer of the cast has the same issuer on every machine, and worlds with the credentials of the cast share it. */
function checkBearer({ iss, sid }: VerifiedClaims, { world }: AccessTokenAttempt, issuerPath: string): void {
  const expected = `${BEARER_ORIGIN}${issuerPath}`;
  if (iss !== expected) {
    const why = `iss is ${quote(iss)}, expected ${expected}`;
    throw unauthenticatedProblem('wrong_issuer', 'Issuer is not familiar.', why);
  }
  checkWorld({ sid: sid ?? '' }, worldOfBearers(world));
}

/** Most worlds share a signing key, so the signature does not distinguish them. */
function checkWorld({ sid = '' }: Pick<VerifiedClaims, 'sid'>, world: string): void {
  const ofWorld = worldOfName(sid);
  if (ofWorld !== world)
    throw new Problem('unauthenticated', 'Issuer is not familiar.', { reason: 'other_world', ofWorld });
}

/** Is the host of the issuer one of this server's names, in any world? */
function isOfServer(issuer: string, { origin, hosts }: AccessTokenAttempt): boolean {
  const host = /^https?:\/\/([^/?#]+)/.exec(issuer)?.[1];
  return host !== undefined && (isNameOf(hosts, host) || host === new URL(origin).host);
}

/** A token that was granted under a production name is sent under others as well, and the other way round. */
function isNameOf(hosts: KnownHosts, host: string): boolean {
  return hosts.isOwn(host) || hosts.isVendors(host);
}

function wrongIssuer(issuer: string, { origin }: AccessTokenAttempt, issuerPath: string): Problem {
  const why = `iss is ${quote(issuer)}, expected ${origin}${issuerPath}`;
  return unauthenticatedProblem('wrong_issuer', 'Issuer is not familiar.', why);
}

/** Captures the authority, and the world of a `/w/<id>` prefix. */
const HTTP_ORIGIN = /^https?:\/\/([^/?#]+)(?:\/w\/([^/?#]+))?$/;

/**
 * Accepts issuers under every name of this server: a container and its host call the same server by different names.
 * The rest of the issuer must be equal. A token under another name than the caller's is reported as a finding.
 */
function checkIssuer(issuer: string, attempt: AccessTokenAttempt, issuerPath: string): void {
  const { origin, hosts, findings, now, world } = attempt;
  if (issuer === `${origin}${issuerPath}`) return;
  const base = issuer.endsWith(issuerPath) ? issuer.slice(0, -issuerPath.length) : '';
  const [, host, below] = HTTP_ORIGIN.exec(base) ?? [];
  const ofWorld = below ?? hosts.labelOf(host ?? '') ?? world.id;
  const ours = host !== undefined && ofWorld === world.id && isNameOf(hosts, host) && hosts.has(new URL(origin).host);
  if (!ours) throw wrongIssuer(issuer, attempt, issuerPath);
  findings.report(
    'issuer_differs',
    `a token with issuer ${quote(issuer)} was sent to ${origin}; set --public-url to give all tokens one issuer`,
    now,
  );
}

/** Worlds can share a signing key, so the tenant is checked too. Tokens of earlier versions name none. */
function checkTenant({ tenant_id: given }: VerifiedClaims, tenantId: string): void {
  if (given === undefined || (typeof given === 'number' && String(given) === tenantId)) return;
  const why = `tenant_id is ${quote(JSON.stringify(given))}, expected ${tenantId}`;
  throw unauthenticatedProblem('wrong_tenant', 'The access token belongs to another tenant.', why);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
