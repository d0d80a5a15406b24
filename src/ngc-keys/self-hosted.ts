import type { RequestContext } from '../contract/request.ts';
import type { Caller } from '../core/decide.ts';
import { heldRightsOfRoles } from '../core/policy.ts';
import { Problem } from '../core/problem.ts';
import { bearerToken } from '../credentials/bearer.ts';
import { verifyAdminToken } from '../tokens/admin-token.ts';
import { decodeClaims } from '../tokens/compact.ts';
import type { ScopedClaims } from '../tokens/trusted-issuer.ts';
import { accountOfClient } from './accounts.ts';
import { NGC_KEY_PREFIX } from './key-text.ts';

type Attempt = Pick<RequestContext, 'headerLines' | 'now' | 'settings' | 'store' | 'trustedIssuers' | 'world'>;

/**
 * The caller of self-hosted Cloud Functions with a token: an administrator's, or one of a trusted issuer. It is bound to
 * no objects of its account.
 *
 * @returns null for any other bearer token
 * @throws Problem `unauthenticated` with the reason
 */
export async function tokenCallerOf(attempt: Attempt): Promise<Caller | null> {
  const token = bearerToken(attempt.headerLines('authorization'));
  return (await administrator(token, attempt)) ?? (await clientOfTrusted(token, attempt));
}

/** The same for a service that trusts no other issuer. */
export function administratorOf(attempt: Attempt): Promise<Caller | null> {
  return administrator(bearerToken(attempt.headerLines('authorization')), attempt);
}

async function administrator(token: string, attempt: Attempt): Promise<Caller | null> {
  const { settings, world, now } = attempt;
  if (issuerOf(token) !== settings.nvcfAdminIssuer) return null;
  return callerOf('admin-token', await verifyAdminToken(token, settings.nvcfAdminIssuer, world.id, now), attempt);
}

async function clientOfTrusted(token: string, attempt: Attempt): Promise<Caller | null> {
  const issuer = attempt.trustedIssuers.get(issuerOf(token) ?? '');
  return issuer === undefined ? null : callerOf('trusted-token', await issuer.verify(token, attempt.now), attempt);
}

function issuerOf(token: string): string | null {
  const issuer = token.startsWith(NGC_KEY_PREFIX) ? undefined : decodeClaims(token)?.['iss'];
  return typeof issuer === 'string' ? issuer : null;
}

/** The client's account is looked for now, and missed only by an operation that needs one. */
async function callerOf(
  kind: 'admin-token' | 'trusted-token',
  { sub, scopes }: ScopedClaims,
  { store }: Attempt,
): Promise<Caller> {
  const account = await accountOfClient(store, sub);
  const place = account === null ? {} : { org: account.org, account: account.ncaId };
  const principal = { kind, id: sub, name: sub, clientId: sub, ...place };
  return { principal, heldRights: heldRightsOfRoles([], new Set(scopes)) };
}

/** The caller's NVIDIA Cloud Account. @throws Problem `not_found` for a token of a client that no account has */
export function accountOfCaller({ principal: { account, clientId = '' } }: Caller): string {
  if (account !== undefined) return account;
  throw new Problem('not_found', `Unknown client_id '${clientId}' when finding account id`);
}
