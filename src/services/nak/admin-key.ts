import { readFixture } from '../../lib/assets.ts';
import { importSigningKey, type JWK, type SigningKey } from '../../tokens/keys.ts';

/** The key that signs administrators' tokens, loaded on first use. */
export async function loadAdminKey(): Promise<SigningKey> {
  return importSigningKey((await readFixture('nak', 'admin-key.es256.json')) as JWK, 'ES256');
}
