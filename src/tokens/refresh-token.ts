import { createSecretKey, hash, type KeyObject } from 'node:crypto';
import { CompactSign, compactVerify, errors } from 'jose';
import { decodeClaims, encodingFault } from './compact.ts';
import { type Claims, plainJson } from './keys.ts';

const ALGORITHM = 'HS512';

/**
 * The key of a world's refresh tokens. It is the same after a restart. It is no secret: a token is only worth something if
 * its login is stored.
 */
function keyOf(world: string): KeyObject {
  return createSecretKey(hash('sha512', `refresh tokens of ${world}`, 'buffer'));
}

/** Signs a refresh token. @param world the id of its world */
export function signRefreshToken(claims: Claims, world: string): Promise<string> {
  return new CompactSign(Buffer.from(plainJson(claims)))
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .sign(keyOf(world));
}

/** The login and the id of a refresh token of this world, expired or not; null for any other text. */
export async function readRefreshToken(token: string, world: string): Promise<{ sid: string; jti: string } | null> {
  if (encodingFault(token) !== null) return null;
  try {
    await compactVerify(token, keyOf(world), { algorithms: [ALGORITHM] });
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError) return null;
    throw thrown;
  }
  const { sid, jti } = decodeClaims(token) ?? {};
  return typeof sid === 'string' && typeof jti === 'string' ? { sid, jti } : null;
}
