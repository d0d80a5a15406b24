import { createHmac, createSecretKey, generateKeyPairSync, KeyObject } from 'node:crypto';
import { CompactSign, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { importSigningKey, type JWK } from '../../src/tokens/keys.ts';
import { RefreshTokens } from '../../src/tokens/refresh-token.ts';
import { shippedKey } from '../support/tokens.ts';

// Node and jose have different types for a JWK.
const otherKey = await importSigningKey(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as JWK,
  'ES256',
);
const tokens = new RefreshTokens(shippedKey, 'a-world');
/** The key of the refresh tokens of `a-world`, derived as in the server. */
const derivedKey = createSecretKey(
  createHmac('sha512', KeyObject.from(shippedKey.privateKey).export({ type: 'pkcs8', format: 'der' }))
    .update('refresh tokens of a-world')
    .digest(),
);
const CLAIMS = { sid: 'a-login', jti: 'an-id' };

describe('a refresh token', () => {
  it('returns its session and its id only in its own world and server', async () => {
    const token = await tokens.sign(CLAIMS);

    expect(await tokens.read(token)).toEqual(CLAIMS);
    expect(await new RefreshTokens(shippedKey, 'a-world').read(token)).toEqual(CLAIMS);
    expect(await new RefreshTokens(shippedKey, 'another-world').read(token)).toBeNull();
    expect(await new RefreshTokens(otherKey, 'a-world').read(token)).toBeNull();
  });

  it.each(['', 'null', '[]', '5', '{', '{}', '{"sid":"a-login"}', '{"sid":"a-login","jti":1}', '{"sid":{},"jti":"x"}'])(
    'with the payload %j is rejected, even if it is signed with the right key',
    async (payload) => {
      const token = await new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: 'HS512' }).sign(derivedKey);

      expect(await tokens.read(token)).toBeNull();
    },
  );

  it('is a JWT signed with HS512', async () => {
    expect(decodeProtectedHeader(await tokens.sign(CLAIMS))).toEqual({ alg: 'HS512', typ: 'JWT' });
  });

  it('is rejected with another algorithm of the same key', async () => {
    const token = await new CompactSign(Buffer.from(JSON.stringify(CLAIMS)))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(derivedKey);

    expect(await tokens.read(token)).toBeNull();
  });

  it('is rejected with padding, even if it decodes to the same bytes', async () => {
    expect(await tokens.read(`${await tokens.sign(CLAIMS)}==`)).toBeNull();
  });
});
