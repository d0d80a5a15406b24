import { nameInWorld } from '../../addresses/world-id.ts';
import type { Context } from '../../contract/request.ts';
import { hashSecret } from '../../credentials/secret.ts';
import { namedUuid } from '../../platform/random.ts';
import { grantsIn } from './collections/grants.ts';
import { lastExpiry } from './issue.ts';

/** As long as a real Keycloak secret. */
const SECRET_LENGTH = 32;

/** Draws a client secret, and hashes it for the store. */
export function drawSecret({ random }: Pick<Context, 'random'>): {
  readonly secret: string;
  readonly secretHash: string;
} {
  const secret = random.alphanumeric(SECRET_LENGTH);
  return { secret, secretHash: hashSecret(secret) };
}

/** The name that revokes the access tokens of a secret. A new secret has another name: its tokens are valid at once. */
export function secretName(secretHash: string | null, world: string): string {
  return nameInWorld(namedUuid(`secret:${secretHash}`), world);
}

/** Revokes the tokens of a deleted secret if `--runai-revoke-on-delete` is set; otherwise they expire. */
export async function endTokensOf(context: Context, secretHash: string | null): Promise<void> {
  if (!context.settings.runaiRevokeOnDelete) return;
  await grantsIn(context.store).revoke(secretName(secretHash, context.world.id), context.now, lastExpiry(context));
}
