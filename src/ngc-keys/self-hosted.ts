import type { RequestContext } from '../contract/request.ts';
import type { Caller } from '../core/decide.ts';
import { heldRightsOfRoles } from '../core/policy.ts';
import { Problem } from '../core/problem.ts';
import { bearerToken } from '../credentials/bearer.ts';
import { ADMIN_CLIENT, adminClaimsIn, verifyAdminToken } from '../tokens/admin-token.ts';
import { ngcKeysIn } from './index.ts';
import { NGC_KEY_PREFIX } from './key-text.ts';

/**
 * The caller of a self-hosted service with an administrator's token, which is bound to no objects of its account.
 *
 * @returns null for any other bearer token
 * @throws Problem `unauthenticated` with the reason; `not_found` if no account of the world has the client
 */
export async function administratorOf(
  attempt: Pick<RequestContext, 'headerLines' | 'now' | 'store' | 'world'>,
): Promise<Caller | null> {
  const token = bearerToken(attempt.headerLines('authorization'));
  if (token.startsWith(NGC_KEY_PREFIX) || adminClaimsIn(token) === null) return null;
  const { sub, scopes } = await verifyAdminToken(token, attempt.world.id, attempt.now);
  const [organization] = await ngcKeysIn(attempt.store).organizations();
  if (organization === undefined || sub !== ADMIN_CLIENT) {
    throw new Problem('not_found', `Unknown client_id '${sub}' when finding account id`);
  }
  const { name: org, ncaId: account } = organization;
  const principal = { kind: 'admin-token', id: sub, name: sub, clientId: sub, org, account } as const;
  return { principal, heldRights: heldRightsOfRoles([], new Set(scopes)) };
}
