import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/lib/errors.ts';
import { exportSpki, importPublicKey, importSigningKey, mint, readSigningKey } from '../../src/tokens/keys.ts';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const exportPem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8') =>
  key.export({ format: 'pem', type }).toString();
const exportJwk = (key: KeyObject) => JSON.stringify(key.export({ format: 'jwk' }));

describe('a private key is accepted', () => {
  it.each([
    ['PKCS #8 of RSA', exportPem(RSA), 'RS256'],
    ['PKCS #1 of RSA', exportPem(RSA, 'pkcs1'), 'RS256'],
    ['a JWK of RSA', exportJwk(RSA), 'RS256'],
    ['PKCS #8 of EC', exportPem(EC), 'ES256'],
    ['SEC 1 of EC', exportPem(EC, 'sec1'), 'ES256'],
    ['a JWK of EC', ` ${exportJwk(EC)}`, 'ES256'],
  ])('as %s', async (_title, text, algorithm) => {
    expect(await readSigningKey(text, 'the key')).toMatchObject({
      algorithm,
      publicJwk: { alg: algorithm, use: 'sig' },
    });
  });

  it('with the same id in every format, and only its public members are published', async () => {
    const [fromPem, fromJwk] = [await readSigningKey(exportPem(RSA), 'a'), await readSigningKey(exportJwk(RSA), 'b')];

    expect(fromPem.kid).toBe(fromJwk.kid);
    expect(Object.keys(fromPem.publicJwk).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(Object.keys((await readSigningKey(exportPem(EC), 'a')).publicJwk).sort()).toEqual([
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

describe('an imported private key', () => {
  it.each([
    ['RS256', RSA],
    ['ES256', EC],
  ])('signs tokens with %s that its public key verifies', async (alg, pair) => {
    const key = await readSigningKey(exportPem(pair), 'the key');
    const token = await mint({ sub: 'a' }, key);

    expect(decodeProtectedHeader(token)).toEqual({ alg, typ: 'JWT', kid: key.kid });
    expect((await jwtVerify(token, key.publicKey)).payload).toEqual({ sub: 'a' });
  });

  it('throws if it cannot sign', async () => {
    const tooShort = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const key = await importSigningKey(JSON.parse(exportJwk(tooShort)), 'RS256');

    await expect(mint({ sub: 'a' }, key)).rejects.toThrow('2048 bits or larger');
  });
});

describe('a public key of a JWKS', () => {
  it('verifies the tokens of its private key', async () => {
    const { algorithm, kid, publicJwk, ...key } = await readSigningKey(exportPem(EC), 'the key');
    const { publicKey, ...imported } = await importPublicKey(publicJwk, algorithm);

    expect(imported).toEqual({ algorithm, kid, publicJwk });
    await expect(
      jwtVerify(await mint({ sub: 'a' }, { algorithm, kid, publicJwk, ...key }), publicKey),
    ).resolves.toBeDefined();
  });

  it.each([
    ['keeps its `kid`', { kid: 'old' }, 'old'],
    ['has its thumbprint as id if it has no `kid`', {}, 'the thumbprint'],
  ])('%s', async (_title, changes, expected) => {
    const { kid, publicJwk } = await readSigningKey(exportPem(RSA), 'the key');
    const { kid: _, ...withoutKid } = publicJwk;
    const imported = await importPublicKey({ ...withoutKid, ...changes }, 'RS256');

    expect(imported.kid).toBe(expected === 'the thumbprint' ? kid : expected);
  });
});

describe('a public key', () => {
  it.each([RSA, EC])('is exported as the SubjectPublicKeyInfo that a realm publishes', async (privateKey) => {
    const { publicJwk } = await readSigningKey(exportPem(privateKey), 'the key');
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64');

    expect(exportSpki(publicJwk)).toBe(spki);
  });
});

describe('a private key is rejected', () => {
  const [small, curve, ed, pss] = [
    generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey,
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
    generateKeyPairSync('ed25519').privateKey,
    generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey,
  ];
  it.each([
    ['that is not a key', 'garbage', /the key does not contain a readable private key/],
    ['that is JSON but not a key', '{"kty":"RSA"}', /does not contain a readable private key/],
    ['that is too short', exportPem(small), /a key of an unsupported kind/],
    ['on another curve', exportPem(curve), /a key of an unsupported kind/],
    ['of another type', exportPem(ed), /a key of an unsupported kind/],
    ['for RSA-PSS', exportPem(pss), /a key of an unsupported kind/],
  ])('%s', async (_title, text, message) => {
    await expect(readSigningKey(text, 'the key')).rejects.toThrow(message);
    await expect(readSigningKey(text, 'the key')).rejects.toBeInstanceOf(UserError);
  });

  it('with the error of the parser as cause', async () => {
    await expect(readSigningKey('garbage', 'the key')).rejects.toMatchObject({ cause: expect.any(Error) });
  });
});
