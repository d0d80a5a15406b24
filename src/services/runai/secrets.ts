import type { Context, RequestContext } from '../../contract/request.ts';
import { hashSecret } from '../../tokens/secret.ts';
import { sidOfSecret } from './collections/grant-rows.ts';
import { grantsIn } from './collections/grants.ts';
import { lastExpiryOf } from './issue-tokens.ts';

/** Length of a client secret, the same as in Keycloak. */
const SECRET_LENGTH = 32;

export function generateSecret({ random }: RequestContext) {
  const secret = random.alphanumeric(SECRET_LENGTH);
  return { secret, secretHash: hashSecret(secret) };
}

/** Revokes the tokens of a deleted or replaced secret, but only with `--runai-revoke-on-delete`. */
export async function revokeTokensOfSecret(
  context: Context,
  principalId: string,
  secretHash: string | null,
): Promise<void> {
  const { store, world, now, settings } = context;
  if (!settings.runaiRevokeOnDelete || secretHash === null) return;
  const grants = grantsIn(store);
  const sid = sidOfSecret(secretHash, world.id, await grants.countRevocations(principalId));
  await grants.revoke(sid, now, lastExpiryOf(context));
}
