import { createSecretKey, hash } from 'node:crypto';
import { CompactSign } from 'jose';
import { describe, expect, it } from 'vitest';
import { readRefreshToken, signRefreshToken } from '../../src/tokens/refresh-token.ts';

const WORLD = 'a-world';

describe('a refresh token', () => {
  it('names its login and its id, to its own world', async () => {
    const token = await signRefreshToken({ sid: 'a-login', jti: 'an-id' }, WORLD);

    expect(await readRefreshToken(token, WORLD)).toEqual({ sid: 'a-login', jti: 'an-id' });
    expect(await readRefreshToken(token, 'another-world')).toBeNull();
  });

  it.each(['', 'null', '[]', '5', '{', '{}', '{"sid":"a-login"}', '{"sid":"a-login","jti":1}', '{"sid":{},"jti":"x"}'])(
    'with the payload %j is none, though everybody can compute its key',
    async (payload) => {
      const key = createSecretKey(hash('sha512', `refresh tokens of ${WORLD}`, 'buffer'));
      const token = await new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: 'HS512' }).sign(key);

      expect(await readRefreshToken(token, WORLD)).toBeNull();
    },
  );
});
