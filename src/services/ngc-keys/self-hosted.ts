import type { RequestContext } from '../../contract/request.ts';
import type { Caller } from '../../decisions/decide.ts';
import { heldRightsOfRoles } from '../../decisions/policy.ts';
import { Problem, unauthenticatedProblem } from '../../decisions/problem.ts';
import { decodeClaims } from '../../lib/compact-jwt.ts';
import { verifyAdminToken } from '../../tokens/admin-token.ts';
import { readBearerToken } from '../../tokens/bearer.ts';
import type { ScopedClaims } from '../../tokens/trusted-issuer.ts';
import { listAccounts } from './accounts.ts';
import { UNKNOWN_CLIENT_PREFIX } from './hints.ts';
import { NGC_KEY_PREFIX } from './key-text.ts';

/** Authenticates a token of the admin or a trusted issuer; null for other texts. @throws Problem `unauthenticated` */
export async function findTokenCaller(
  attempt: RequestContext,
  { trustsOtherIssuers }: { readonly trustsOtherIssuers: boolean },
): Promise<Caller | null> {
  const { settings, trustedIssuers, world, now } = attempt;
  const token = readBearerToken(attempt.headerLines('authorization'));
  const issuer = token.startsWith(NGC_KEY_PREFIX) ? undefined : decodeClaims(token)?.['iss'];
  if (typeof issuer !== 'string') return null;
  if (issuer === settings.nvcfAdminIssuer) {
    return createTokenCaller('admin-token', await verifyAdminToken(token, issuer, world.id, now), attempt);
  }
  const trusted = trustsOtherIssuers ? trustedIssuers.get(issuer) : undefined;
  if (trusted !== undefined) return createTokenCaller('trusted-token', await trusted.verify(token, now), attempt);
  const names = [settings.nvcfAdminIssuer, ...(trustsOtherIssuers ? trustedIssuers.keys() : [])]
    .map((name) => `\`${name}\``)
    .join(', ');
  const why = `its \`iss\` is \`${issuer.slice(0, MAX_SHOWN_CHARACTERS)}\`, but this service accepts NGC keys and tokens of ${names}`;
  throw unauthenticatedProblem('unsupported_token', 'The issuer of the bearer token is not accepted.', why);
}

/** A claim may be as long as a header. */
const MAX_SHOWN_CHARACTERS = 200;

/** A missing account matters only to operations that need one, so it is not an error here. */
async function createTokenCaller(
  kind: 'admin-token' | 'trusted-token',
  { sub, scopes }: ScopedClaims,
  { store }: RequestContext,
): Promise<Caller> {
  const account = (await listAccounts(store)).find(({ clientIds }) => clientIds.includes(sub)) ?? null;
  const organization = account === null ? {} : { org: account.org, account: account.ncaId };
  const principal = { kind, id: sub, name: sub, clientId: sub, ...organization };
  return { principal, held: heldRightsOfRoles([], new Set(scopes.flatMap(expandScope))) };
}

const KEY_SCOPE_PREFIX = 'apikey:';

/** Returns the rights of a token's scope. `apikey:X` also has those of a key with `X`, except for account setup. */
function expandScope(scope: string): readonly string[] {
  const keyScope = scope.startsWith(KEY_SCOPE_PREFIX) ? scope.slice(KEY_SCOPE_PREFIX.length) : null;
  return keyScope === null || keyScope === 'account_setup' ? [scope] : [scope, keyScope];
}

/** Returns the caller's NVIDIA Cloud Account. @throws Problem `not_found` for a token whose client has no account */
export function requireAccount({ caller: { principal } }: { readonly caller: Caller }): string {
  const { account, clientId = '' } = principal;
  if (account !== undefined) return account;
  throw new Problem('not_found', `${UNKNOWN_CLIENT_PREFIX}'${clientId}' when finding account id`);
}
