import { nameInWorld } from '../../addresses/world-id.ts';
import type { Context } from '../../contract/request.ts';
import { hashSecret } from '../../credentials/secret.ts';
import { deriveUuid } from '../../platform/random.ts';
import { grantsIn } from './collections/grants.ts';
import { lastExpiryOf } from './issue-tokens.ts';

/** Length of Keycloak secrets. */
const SECRET_LENGTH = 32;

/** Generates a client secret and its hash. */
export function generateSecret({ random }: Pick<Context, 'random'>): {
  readonly secret: string;
  readonly secretHash: string;
} {
  const secret = random.alphanumeric(SECRET_LENGTH);
  return { secret, secretHash: hashSecret(secret) };
}

/** Returns the `sid` for revoking a secret's access tokens. A new secret has a new `sid`, so tokens issued for it are valid. */
export function sidOfSecret(secretHash: string | null, world: string): string {
  return nameInWorld(deriveUuid(`secret:${secretHash}`), world);
}

/** Revokes the tokens of a deleted secret, but only with `--runai-revoke-on-delete`. */
export async function revokeTokensOfSecret(context: Context, secretHash: string | null): Promise<void> {
  if (!context.settings.runaiRevokeOnDelete) return;
  await grantsIn(context.store).revoke(sidOfSecret(secretHash, context.world.id), context.now, lastExpiryOf(context));
}
