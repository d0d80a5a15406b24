import type { Context } from '../../contract/request.ts';
import { nameInWorld } from '../../core/world-id.ts';
import { hashSecret } from '../../credentials/secret.ts';
import { namedUuid } from '../../machine/random.ts';
import { lastExpiry } from './issue.ts';

/** As a real secret of Keycloak. */
const SECRET_LENGTH = 32;

/** A new client secret, and what is stored of it. */
export function drawSecret({ random }: Pick<Context, 'random'>): {
  readonly secret: string;
  readonly secretHash: string;
} {
  const secret = random.alphanumeric(SECRET_LENGTH);
  return { secret, secretHash: hashSecret(secret) };
}

/** What access tokens of a secret are ended by. A new secret has another, so what is made with it in the same second counts. */
export function secretName(secretHash: string | null, world: string): string {
  return nameInWorld(namedUuid(`secret:${secretHash}`), world);
}

/** What was made with a secret that is gone ends with it, where the server was started so; otherwise it runs out. */
export async function endTokensOf(context: Context, secretHash: string | null): Promise<void> {
  if (!context.settings.runaiRevokeOnDelete) return;
  await context.store.grants.revoke(secretName(secretHash, context.world.id), context.now, lastExpiry(context));
}
