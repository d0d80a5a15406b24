import type { Arrival } from '../contract/request.ts';
import type { Caller } from '../core/decide.ts';
import { heldRightsOfRoles } from '../core/policy.ts';
import { Problem } from '../core/problem.ts';
import { bearerToken } from '../credentials/bearer.ts';
import { hashSecret } from '../credentials/secret.ts';
import { ADMIN_CLIENT, adminClaimsIn, verifyAdminToken } from '../tokens/admin-token.ts';
import { ngcKeysIn } from './index.ts';
import { bearerOfNgcKey } from './key-bearer.ts';
import { NGC_KEY_PREFIX } from './key-text.ts';
import type { KeyInForce } from './records.ts';

/**
 * The caller of a self-hosted service with an administrator's token, which is bound to no objects of its account.
 *
 * @returns null for any other bearer token
 * @throws Problem `unauthenticated` with the reason; `not_found` if no account of the world has the client
 */
export async function administratorOf(
  attempt: Pick<Arrival, 'headerLines' | 'now' | 'store' | 'world'>,
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

/**
 * Authenticates a key as a self-hosted service does: with `--key-cache documented` a key that was accepted within the
 * last minute is accepted again, with the rights that it had.
 *
 * @throws Problem `unauthenticated` with the reason
 */
export async function bearerOfSelfHostedKey(
  attempt: Pick<Arrival, 'headerLines' | 'now' | 'store' | 'settings' | 'keyCache'>,
): Promise<KeyInForce> {
  if (attempt.settings.keyCache === 'off') return bearerOfNgcKey(attempt, true);
  const { keyCache, now } = attempt;
  const hash = hashSecret(bearerToken(attempt.headerLines('authorization'), true));
  const known = keyCache.find<KeyInForce>(`evaluation ${hash}`, now);
  if (known !== undefined) return { ...known.answer, pending: await changesOf(attempt, hash, known) };
  const found = await bearerOfNgcKey(attempt, true);
  keyCache.keep(`evaluation ${hash}`, found, now);
  return found;
}

/** The rights that the key has by now, which count when the remembered ones are forgotten: decisions announce them. */
async function changesOf(
  { store, now }: Pick<Arrival, 'store' | 'now'>,
  hash: string,
  { answer, until }: { readonly answer: KeyInForce; readonly until: number },
): Promise<KeyInForce['pending']> {
  const policy = (await ngcKeysIn(store).bySecret(hash, now))?.policy ?? null;
  if (policy === null || policy.version === answer.policy?.version) return answer.pending;
  return [{ ...policy, effectiveAt: until }];
}
