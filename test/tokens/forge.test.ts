/** Forged tokens, checked with jose. */
import { readFileSync } from 'node:fs';
import { compactVerify, decodeProtectedHeader, importSPKI } from 'jose';
import { describe, expect, it } from 'vitest';
import { compose, type ForgeryKeys, forge } from '../../src/tokens/forge.ts';
import { importSigningKey } from '../../src/tokens/keys.ts';
import { privateKeyFor, publicPem, shippedKey } from '../support/tokens.ts';

const readFixtureKey = async (name: string) => {
  const text = readFileSync(new URL(`../../fixtures/runai/${name}.json`, import.meta.url), 'utf8');
  const jwk = JSON.parse(text);
  const key = await importSigningKey(jwk, name.endsWith('es256') ? 'ES256' : 'RS256');
  return { ...key, certificate: jwk.x5c?.[0] ?? null };
};
const keys: ForgeryKeys = {
  current: shippedKey,
  unknown: await readFixtureKey('unknown-key.rs256'),
  retired: await readFixtureKey('retired-key.rs256'),
};
const CLAIMS = { sub: 'a', exp: 7 };

describe('a forged token', () => {
  it.each([
    ['key', 'current'],
    ['unknown-key', 'unknown'],
    ['retired-key', 'retired'],
  ] as const)('signed with %s has that key id and is verified with that key', async (sign, name) => {
    const { token, header } = await forge(CLAIMS, keys, { sign });
    const { payload } = await compactVerify(token, keys[name].publicKey);

    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: keys[name].kid });
    expect(decodeProtectedHeader(token)).toEqual(header);
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(CLAIMS);
  });

  it('signed with the public key as HMAC secret is verified with that secret', async () => {
    const { token } = await forge(CLAIMS, keys, { sign: 'hs256-public' });

    expect((await compactVerify(token, Buffer.from(`${publicPem}\n`))).protectedHeader).toMatchObject({ alg: 'HS256' });
    await expect(compactVerify(token, await importSPKI(publicPem, 'RS256'))).rejects.toThrow();
  });

  it('signed with `none` has an empty signature', async () => {
    const { token, header } = await forge(CLAIMS, keys, { sign: 'none' });

    expect(header['alg']).toBe('none');
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.$/);
  });

  it('has the changed claims and header members, and omits those that are null', async () => {
    const changes = { claims: { sub: null, more: { a: null } }, header: { typ: null, alg: 'RS384', crit: ['x'] } };
    const { claims, header, token } = await forge(CLAIMS, keys, changes);

    expect(claims).toEqual({ exp: 7, more: { a: null } });
    expect(header).toEqual({ alg: 'RS384', kid: shippedKey.kid, crit: ['x'] });
    expect(decodeProtectedHeader(token)).toEqual(header);
  });

  it('can have any header and payload', async () => {
    const token = await compose('{"alg":"a"}', 'no JSON', null);

    expect(token.split('.').map((part) => Buffer.from(part, 'base64url').toString())).toEqual([
      '{"alg":"a"}',
      'no JSON',
      '',
    ]);
  });
});

describe('the signature of a forged token', () => {
  it('has the format of RFC 7518 with ES256', async () => {
    const key = await readFixtureKey('unknown-key.es256');
    const token = await compose('{"alg":"ES256"}', '{}', key.privateKey);

    expect((await compactVerify(token, key.publicKey)).protectedHeader.alg).toBe('ES256');
    expect(Buffer.from(token.split('.')[2] ?? '', 'base64url')).toHaveLength(64);
  });

  it('can have another algorithm of the same key', async () => {
    const token = await compose('{"alg":"RS512"}', '{}', await privateKeyFor('RS512'));

    expect((await compactVerify(token, await importSPKI(publicPem, 'RS512'))).protectedHeader.alg).toBe('RS512');
  });
});
