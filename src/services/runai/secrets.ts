import { addWorldToName } from '../../addresses/world-id.ts';
import type { Context } from '../../contract/request.ts';
import { hashSecret } from '../../credentials/secret.ts';
import { deriveUuid } from '../../platform/random.ts';
import { grantsIn } from './collections/grants.ts';
import { lastExpiryOf } from './issue-tokens.ts';

/** Length of a client secret, the same as in Keycloak. */
const SECRET_LENGTH = 32;

/** Generates a client secret and its hash. */
export function generateSecret({ random }: Pick<Context, 'random'>): {
  readonly secret: string;
  readonly secretHash: string;
} {
  const secret = random.alphanumeric(SECRET_LENGTH);
  return { secret, secretHash: hashSecret(secret) };
}

/**
 * Returns the `sid` shared by all access tokens issued for a secret. Revoking it revokes those tokens, but not the tokens
 * of a later secret, which has another `sid`.
 *
 * @param secretHash null for an identity without a secret, which has no such tokens
 */
export function sidOfSecret(secretHash: string | null, worldId: string): string {
  return addWorldToName(deriveUuid(`secret:${secretHash}`), worldId);
}

/** Revokes the tokens of a deleted or replaced secret, but only with `--runai-revoke-on-delete`. */
export async function revokeTokensOfSecret(context: Context, secretHash: string | null): Promise<void> {
  if (!context.settings.runaiRevokeOnDelete) return;
  await grantsIn(context.store).revoke(sidOfSecret(secretHash, context.world.id), context.now, lastExpiryOf(context));
}
