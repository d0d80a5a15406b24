import { createHmac, createSecretKey, KeyObject } from 'node:crypto';
import { CompactSign, compactVerify, errors } from 'jose';
import { decodeClaims, findEncodingError } from '../lib/compact-jwt.ts';
import { type Claims, type SigningKey, serializeAscii } from './keys.ts';

const ALGORITHM = 'HS512';

export class RefreshTokens {
  readonly #key: () => KeyObject;

  /** The key is derived from the server's initial key, so it survives a restart and a rotation of the world's keys. */
  constructor(server: Pick<SigningKey, 'privateKey'>, world: string) {
    let key: KeyObject | undefined;
    this.#key = () => {
      if (key !== undefined) return key;
      const secret = KeyObject.from(server.privateKey).export({ type: 'pkcs8', format: 'der' });
      key = createSecretKey(createHmac('sha512', secret).update(`refresh tokens of ${world}`).digest());
      return key;
    };
  }

  sign(claims: Claims): Promise<string> {
    return new CompactSign(Buffer.from(serializeAscii(claims)))
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .sign(this.#key());
  }

  /** Returns the login and id of a refresh token of this world, expired or not; null for any other string. */
  async read(token: string): Promise<{ readonly sid: string; readonly jti: string } | null> {
    if (findEncodingError(token) !== null) return null;
    try {
      await compactVerify(token, this.#key(), { algorithms: [ALGORITHM] });
    } catch (thrown) {
      if (thrown instanceof errors.JOSEError) return null;
      throw thrown;
    }
    // Without `--signing-key`, the server's key is public, so the claims may have any type.
    const { sid, jti } = decodeClaims(token) ?? {};
    return typeof sid === 'string' && typeof jti === 'string' ? { sid, jti } : null;
  }
}
