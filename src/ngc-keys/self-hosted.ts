import type { RequestContext } from '../contract/request.ts';
import { bearerToken } from '../credentials/bearer.ts';
import type { Caller } from '../decisions/decide.ts';
import { heldRightsOfRoles } from '../decisions/policy.ts';
import { Problem, unauthenticatedProblem } from '../decisions/problem.ts';
import { verifyAdminToken } from '../tokens/admin-token.ts';
import { decodeClaims } from '../tokens/compact.ts';
import type { ScopedClaims } from '../tokens/scoped-claims.ts';
import { accountOfClient } from './accounts.ts';
import { UNKNOWN_CLIENT } from './hints.ts';
import { NGC_KEY_PREFIX } from './key-text.ts';

type Attempt = Pick<RequestContext, 'headerLines' | 'now' | 'settings' | 'store' | 'trustedIssuers' | 'world'>;

/**
 * Authenticates an admin token, or a token of a trusted issuer, at a self-hosted service. Such a caller is not
 * restricted to certain objects of its account.
 *
 * @param trusts whether the service trusts other issuers
 * @returns null if the text is not a token, or has no issuer
 * @throws Problem `unauthenticated` with the reason
 */
export async function findTokenCaller(attempt: Attempt, trusts: boolean): Promise<Caller | null> {
  const { settings, trustedIssuers, world, now } = attempt;
  const token = bearerToken(attempt.headerLines('authorization'));
  const issuer = token.startsWith(NGC_KEY_PREFIX) ? undefined : decodeClaims(token)?.['iss'];
  if (typeof issuer !== 'string') return null;
  if (issuer === settings.nvcfAdminIssuer) {
    return callerOf('admin-token', await verifyAdminToken(token, issuer, world.id, now), attempt);
  }
  const trusted = trusts ? trustedIssuers.get(issuer) : undefined;
  if (trusted !== undefined) return callerOf('trusted-token', await trusted.verify(token, now), attempt);
  throw unknownIssuer(issuer, [settings.nvcfAdminIssuer, ...(trusts ? trustedIssuers.keys() : [])]);
}

/** A claim may be as long as a header. */
const MAX_SHOWN = 200;

function unknownIssuer(issuer: string, accepted: readonly string[]): Problem {
  const names = accepted.map((one) => `\`${one}\``).join(', ');
  const why = `its \`iss\` is \`${issuer.slice(0, MAX_SHOWN)}\`, but this service accepts NGC keys and tokens of ${names}`;
  return unauthenticatedProblem('unsupported_token', 'The issuer of the bearer token is not accepted.', why);
}

/** A missing account matters only to operations that need one, so it is not an error here. */
async function callerOf(
  kind: 'admin-token' | 'trusted-token',
  { sub, scopes }: ScopedClaims,
  { store }: Attempt,
): Promise<Caller> {
  const account = await accountOfClient(store, sub);
  const place = account === null ? {} : { org: account.org, account: account.ncaId };
  const principal = { kind, id: sub, name: sub, clientId: sub, ...place };
  return { principal, heldRights: heldRightsOfRoles([], new Set(scopes.flatMap(authoritiesOf))) };
}

const OF_KEYS = 'apikey:';

/** Returns the rights of a token's scope. `apikey:X` also has those of a key with `X`, except for account setup. */
function authoritiesOf(scope: string): readonly string[] {
  const marked = scope.startsWith(OF_KEYS) ? scope.slice(OF_KEYS.length) : null;
  return marked === null || marked === 'account_setup' ? [scope] : [scope, marked];
}

/** Returns the caller's NVIDIA Cloud Account. @throws Problem `not_found` for a token whose client has no account */
export function accountOf({ caller: { principal } }: { readonly caller: Caller }): string {
  const { account, clientId = '' } = principal;
  if (account !== undefined) return account;
  throw new Problem('not_found', `${UNKNOWN_CLIENT}'${clientId}' when finding account id`);
}
