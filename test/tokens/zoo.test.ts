/**
 * The content of the tokens of the zoo. Whether the mock and other verifiers give them
 * the same verdicts: `test/services/control/tokens.test.ts`, `test/library/verifier.test.ts`.
 */

import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importSigningKey } from '../../src/tokens/keys.ts';
import { createZoo } from '../../src/tokens/zoo/index.ts';
import { START } from '../support/server.ts';
import { goodClaims, shippedKey } from '../support/tokens.ts';

const jwk = JSON.parse(readFileSync(new URL('../../fixtures/runai/unknown-key.rs256.json', import.meta.url), 'utf8'));
const unknown = { ...(await importSigningKey(jwk, 'RS256')), certificate: jwk.x5c[0] };
const zoo = await createZoo({
  keys: { current: shippedKey, unknown, retired: unknown },
  issuer: goodClaims.iss,
  audience: null,
  claims: goodClaims,
  idClaims: { ...goodClaims, typ: 'ID' },
  unknownKeysUrl: 'http://localhost/keys',
  now: START / 1000,
});
const findToken = (name: string) => zoo.find((entry) => entry.name === name)?.token ?? '';
const decodePart = (name: string, part: 0 | 1 | 2) =>
  Buffer.from(findToken(name).split('.')[part] ?? '', 'base64url').toString();
const decodeSignature = (name: string) => Buffer.from(findToken(name).split('.')[2] ?? '', 'base64url');

describe('the token zoo', () => {
  it('has more than 30 tokens with distinct names and a source for each verdict', () => {
    expect(zoo.length).toBeGreaterThan(30);
    expect(new Set(zoo.map(({ name }) => name)).size).toBe(zoo.length);
    for (const { source } of zoo) expect(source).toMatch(/^(RFC \d{4}, \d+(\.\d+)*|Run:ai \(inferred\))$/);
  });

  it('has `must` only for tokens with a definite verdict', () => {
    expect(zoo.filter(({ verdict, must }) => verdict === 'depends' && must)).toEqual([]);
  });

  it.each(['7515', '7518', '7519', '6750', '8725', '9068'])('has tokens with RFC %s as source', (number) => {
    expect(zoo.some(({ source }) => source.startsWith(`RFC ${number},`))).toBe(true);
  });
});

describe('a token of the zoo', () => {
  it('may have a duplicate member, and the last one applies', () => {
    expect(decodePart('expired-the-second-time', 1).match(/"exp":\d+/g)).toHaveLength(2);
    expect(JSON.parse(decodePart('expired-the-second-time', 1)).exp).toBeLessThan(START / 1000);
    expect(decodePart('algorithm-said-twice', 0).match(/"alg":"\w+"/g)).toEqual(['"alg":"RS256"', '"alg":"none"']);
  });

  it('may have escaped names', () => {
    expect(decodePart('escaped-names', 0)).not.toContain('"alg"');
    expect(JSON.parse(decodePart('escaped-names', 0))).toMatchObject({ alg: 'RS256', typ: 'JWT' });
  });

  it('may have changed unused bits or padding', () => {
    expect(findToken('bits-that-say-nothing')).not.toBe(findToken('valid'));
    expect(decodeSignature('bits-that-say-nothing')).toEqual(decodeSignature('valid'));
    expect(findToken('padded-base64').split('.')[1]).toMatch(/=$/);
  });

  it('may have an unencoded payload', () => {
    const [, payload = ''] = findToken('unencoded-payload').split('.');

    expect(JSON.parse(payload)).toEqual(goodClaims);
    expect(JSON.parse(decodePart('unencoded-payload', 0))).toMatchObject({ b64: false, crit: ['b64'] });
  });

  it('may contain or reference the key that signed it', () => {
    const certificate = new X509Certificate(Buffer.from(unknown.certificate, 'base64'));
    const publicKey = createPublicKey({ key: unknown.publicJwk as never, format: 'jwk' });

    expect(certificate.publicKey.equals(publicKey)).toBe(true);
    expect(JSON.parse(decodePart('certificate-in-the-header', 0)).x5c).toEqual([unknown.certificate]);
    expect(JSON.parse(decodePart('key-in-the-header', 0)).jwk).toEqual(unknown.publicJwk);
    expect(JSON.parse(decodePart('key-in-the-header', 0)).jwk).not.toHaveProperty('d');
    expect(JSON.parse(decodePart('key-behind-a-url', 0)).jku).toBe('http://localhost/keys');
  });

  it('may have the claims of a valid token or its signature', () => {
    const readClaims = (name: string) => JSON.parse(decodePart(name, 1));

    for (const name of ['valid', 'unknown-extension', 'no-signature', 'unknown-key', 'alg-none', 'typ-at-jwt']) {
      expect(readClaims(name)).toEqual(goodClaims);
    }
    expect(decodeSignature('changed-payload')).toEqual(decodeSignature('valid'));
  });
});
