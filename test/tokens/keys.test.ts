import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/diagnostics/user-error.ts';
import { exportSpki, importPublicKey, importSigningKey, mint, readSigningKey } from '../../src/tokens/keys.ts';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8') =>
  key.export({ format: 'pem', type }).toString();
const jwk = (key: KeyObject) => JSON.stringify(key.export({ format: 'jwk' }));

describe('a private key is read', () => {
  it.each([
    ['RSA as PKCS #8', pem(RSA), 'RS256'],
    ['RSA as PKCS #1', pem(RSA, 'pkcs1'), 'RS256'],
    ['RSA as a JWK', jwk(RSA), 'RS256'],
    ['EC as PKCS #8', pem(EC), 'ES256'],
    ['EC as SEC 1', pem(EC, 'sec1'), 'ES256'],
    ['EC as a JWK', ` ${jwk(EC)}`, 'ES256'],
  ])('%s', async (_what, text, algorithm) => {
    expect(await readSigningKey(text, 'the key')).toMatchObject({
      algorithm,
      publicJwk: { alg: algorithm, use: 'sig' },
    });
  });

  it('the same in every form, and no private part of it is published', async () => {
    const [one, other] = [await readSigningKey(pem(RSA), 'a'), await readSigningKey(jwk(RSA), 'b')];

    expect(one.kid).toBe(other.kid);
    expect(Object.keys(one.publicJwk).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(Object.keys((await readSigningKey(pem(EC), 'a')).publicJwk).sort()).toEqual([
      'alg',
      'crv',
      'kid',
      'kty',
      'use',
      'x',
      'y',
    ]);
  });
});

describe('a private key that was read', () => {
  it.each([
    ['RS256', RSA],
    ['ES256', EC],
  ])('signs tokens by %s, which its public half verifies', async (alg, pair) => {
    const key = await readSigningKey(pem(pair), 'the key');
    const token = await mint({ sub: 'a' }, key);

    expect(decodeProtectedHeader(token)).toEqual({ alg, typ: 'JWT', kid: key.kid });
    expect((await jwtVerify(token, key.publicKey)).payload).toEqual({ sub: 'a' });
  });

  it('fails to sign where it cannot, instead of signing nothing', async () => {
    const tooShort = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const key = await importSigningKey(JSON.parse(jwk(tooShort)), 'RS256');

    await expect(mint({ sub: 'a' }, key)).rejects.toThrow('2048 bits or larger');
  });
});

describe('the public half of a key, as a JWKS had it,', () => {
  it('is the key that verifies its tokens', async () => {
    const { algorithm, kid, publicJwk, ...key } = await readSigningKey(pem(EC), 'the key');
    const { publicKey, ...found } = await importPublicKey(publicJwk, algorithm);

    expect(found).toEqual({ algorithm, kid, publicJwk });
    await expect(
      jwtVerify(await mint({ sub: 'a' }, { algorithm, kid, publicJwk, ...key }), publicKey),
    ).resolves.toBeDefined();
  });

  it.each([
    ['keeps the id that it was published with', { kid: 'old' }, 'old'],
    ['is called by its thumbprint where it had no id', {}, 'the thumbprint'],
  ])('%s', async (_what, named, expected) => {
    const { kid, publicJwk } = await readSigningKey(pem(RSA), 'the key');
    const { kid: _, ...nameless } = publicJwk;
    const found = await importPublicKey({ ...nameless, ...named }, 'RS256');

    expect(found.kid).toBe(expected === 'the thumbprint' ? kid : expected);
  });
});

describe('the public half of a key', () => {
  it.each([RSA, EC])('is exported as the SubjectPublicKeyInfo that a realm publishes', async (privateKey) => {
    const { publicJwk } = await readSigningKey(pem(privateKey), 'the key');
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64');

    expect(exportSpki(publicJwk)).toBe(spki);
  });
});

describe('a key is refused by its name', () => {
  const [small, curve, ed, pss] = [
    generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey,
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
    generateKeyPairSync('ed25519').privateKey,
    generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey,
  ];
  it.each([
    ['that is none', 'garbage', /the key does not contain a readable private key/],
    ['that is none, as JSON', '{"kty":"RSA"}', /does not contain a readable private key/],
    ['that is too short', pem(small), /a key of an unsupported kind/],
    ['on another curve', pem(curve), /a key of an unsupported kind/],
    ['of another family', pem(ed), /a key of an unsupported kind/],
    ['for another kind of signature', pem(pss), /a key of an unsupported kind/],
  ])('%s', async (_what, text, said) => {
    await expect(readSigningKey(text, 'the key')).rejects.toThrow(said);
    await expect(readSigningKey(text, 'the key')).rejects.toBeInstanceOf(UserError);
  });

  it('with what the reader of keys said', async () => {
    await expect(readSigningKey('garbage', 'the key')).rejects.toMatchObject({ cause: expect.any(Error) });
  });
});
