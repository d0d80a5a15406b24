import { fixture } from '../../platform/assets.ts';
import { type JWK, type SigningKey, signingKeyOf } from '../../tokens/keys.ts';

/** The key that signs administrators' tokens, loaded on first use. */
export async function adminKey(): Promise<SigningKey> {
  return signingKeyOf((await fixture('nak', 'admin-key.es256.json')) as JWK, 'ES256');
}
