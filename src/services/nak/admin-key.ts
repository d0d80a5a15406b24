import { fixture } from '../../platform/assets.ts';
import { type JWK, type SigningKey, signingKeyOf } from '../../tokens/keys.ts';

/** The key that signs administrators' tokens; loaded with the first of them. */
export async function adminKey(): Promise<SigningKey> {
  // The fixture is a private JWK.
  return signingKeyOf((await fixture('nak', 'admin-key.es256.json')) as JWK, 'ES256');
}
