/** The key that tokens are signed with. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect } from 'vitest';
import { BEARER_KEY } from '../../src/tokens/bearer-key.ts';
import { admin, cast } from '../support/cast.ts';
import { it } from '../support/command.ts';

const JWKS = `GET /auth/realms/${cast.tenant.realm}/protocol/openid-connect/certs`;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const otherCurve = generateKeyPairSync('ec', { namedCurve: 'P-384' });

function exportPem(key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string {
  return key.export({ type, format: 'pem' }) as string;
}

function exportJwk(key: KeyObject): string {
  return JSON.stringify(key.export({ format: 'jwk' }));
}

describe.concurrent('--signing-key signs with', () => {
  const keys: [form: string, text: string, publicKey: KeyObject, algorithm: string][] = [
    ['an RSA key in PKCS #8', exportPem(rsa.privateKey), rsa.publicKey, 'RS256'],
    ['an RSA key in PKCS #1', exportPem(rsa.privateKey, 'pkcs1'), rsa.publicKey, 'RS256'],
    ['an EC key in SEC 1', exportPem(elliptic.privateKey, 'sec1'), elliptic.publicKey, 'ES256'],
    ['an EC key as JWK', `\n ${exportJwk(elliptic.privateKey)}`, elliptic.publicKey, 'ES256'],
  ];

  it.for(keys)('%s', async ([, text, publicKey, algorithm], { command, folder }) => {
    await writeFile(join(folder, 'key'), text);
    const server = await command.start(['--signing-key', 'key']);
    const { body: jwks } = await server.call(JWKS);
    const token = await server.tokenOf(admin.accessKey);

    const publicJwk = publicKey.export({ format: 'jwk' });
    const kid = await calculateJwkThumbprint(publicJwk as never);
    expect(jwks).toEqual({ keys: [{ ...publicJwk, kid, alg: algorithm, use: 'sig' }, BEARER_KEY] });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: algorithm, kid });
    await expect(jwtVerify(token, createLocalJWKSet(jwks as JSONWebKeySet))).resolves.toBeDefined();
    expect((await server.call('GET /api/v1/access-keys', { token })).status).toBe(200);
  });
});

describe.concurrent('--signing-key stops the start for', () => {
  const locked = elliptic.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
  const keys: [title: string, text: string | Buffer | null, message: RegExp][] = [
    ['a missing file', null, /cannot be read: .*, or `RS256` or `ES256` for a test key/],
    ['a file without a key', 'garbage', /not contain a readable private key/],
    ['a public key', elliptic.publicKey.export({ type: 'spki', format: 'pem' }), /not contain a readable private key/],
    ['a key with a passphrase', locked, /without a passphrase/],
    ['an RSA key of 1024 bits', exportPem(short.privateKey), /at least 2048 bits/],
    ['an EC key on another curve', exportPem(otherCurve.privateKey), /P-256/],
  ];

  it.for(keys)('%s', async ([, text, message], { command, folder }) => {
    if (text !== null) await writeFile(join(folder, 'key'), text);
    const { code, stdout, stderr } = await command.run(['--port', '0', '--signing-key', 'key']);

    expect(code).toBe(2);
    expect(stderr).toContain('--signing-key key');
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
  });
});
