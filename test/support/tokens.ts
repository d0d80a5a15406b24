import { readFileSync } from 'node:fs';
import { type CryptoKey, exportSPKI, importJWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { importSigningKey } from '../../src/tokens/keys.ts';
import { cast, researcher } from './cast.ts';
import { START } from './server.ts';

const jwk = JSON.parse(readFileSync(new URL('../../fixtures/runai/signing-key.rs256.json', import.meta.url), 'utf8'));

/** The default signing key of servers. */
export const shippedKey = await importSigningKey(jwk, 'RS256');

/** Returns its private key for another algorithm than its own. */
export const privateKeyFor = async (algorithm: string) => (await importJWK(jwk, algorithm)) as CryptoKey;

/** The public key as PEM, which an attacker would use as an HMAC secret. */
export const publicPem = await exportSPKI((await importJWK(shippedKey.publicJwk, 'RS256')) as never);

/** Claims of an access token that is valid at the start of a test. */
export const goodClaims = {
  iss: `http://localhost:6625/auth/realms/${cast.tenant.realm}`,
  sub: researcher.id,
  azp: researcher.accessKey.clientId,
  iat: START / 1000,
  exp: START / 1000 + 3600,
};

/** Signs a token that is valid except for the given changes. */
export function forge(
  claims: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
  key: Parameters<SignJWT['sign']>[0] = shippedKey.privateKey,
): Promise<string> {
  return new SignJWT({ ...goodClaims, ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: shippedKey.kid, ...header })
    .sign(key);
}
