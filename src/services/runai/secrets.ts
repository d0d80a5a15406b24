import type { Context } from '../../contract/request.ts';
import { hashSecret } from '../../tokens/secret.ts';
import { sidOfSecret } from './collections/grant-rows.ts';
import { grantsIn } from './collections/grants.ts';
import { lastExpiryOf } from './issue-tokens.ts';

/** Length of a client secret, the same as in Keycloak. */
const SECRET_LENGTH = 32;

export function generateSecret({ random }: Pick<Context, 'random'>): {
  readonly secret: string;
  readonly secretHash: string;
} {
  const secret = random.alphanumeric(SECRET_LENGTH);
  return { secret, secretHash: hashSecret(secret) };
}

/** Revokes the tokens of a deleted or replaced secret, but only with `--runai-revoke-on-delete`. */
export async function revokeTokensOfSecret(
  { store, world, now, settings }: Context,
  principalId: string,
  secretHash: string | null,
): Promise<void> {
  if (!settings.runaiRevokeOnDelete || secretHash === null) return;
  const grants = grantsIn(store);
  const sid = sidOfSecret(secretHash, world.id, await grants.countRevocations(principalId));
  await grants.revoke(sid, now, lastExpiryOf({ now, settings }));
}
