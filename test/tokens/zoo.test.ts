/**
 * What the tokens of the zoo are, read by code that did not make them. Whether the mock and other verifiers give them
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
const tokenOf = (name: string) => zoo.find((one) => one.name === name)?.token ?? '';
const text = (name: string, part: 0 | 1 | 2) =>
  Buffer.from(tokenOf(name).split('.')[part] ?? '', 'base64url').toString();
const bytes = (name: string) => Buffer.from(tokenOf(name).split('.')[2] ?? '', 'base64url');

describe('the zoo', () => {
  it('has some forty tokens with names of their own, and a source for each verdict', () => {
    expect(zoo.length).toBeGreaterThan(30);
    expect(new Set(zoo.map(({ name }) => name)).size).toBe(zoo.length);
    for (const { source } of zoo) expect(source).toMatch(/^(RFC \d{4}, \d+(\.\d+)*|Run:ai \(inferred\))$/);
  });

  it('says MUST only where there is a verdict', () => {
    expect(zoo.filter(({ verdict, must }) => verdict === 'depends' && must)).toEqual([]);
  });

  it.each(['7515', '7518', '7519', '6750', '8725', '9068'])('draws on RFC %s', (number) => {
    expect(zoo.some(({ source }) => source.startsWith(`RFC ${number},`))).toBe(true);
  });
});

describe('a token of the zoo', () => {
  it('may say something twice, the second time what counts', () => {
    expect(text('expired-the-second-time', 1).match(/"exp":\d+/g)).toHaveLength(2);
    expect(JSON.parse(text('expired-the-second-time', 1)).exp).toBeLessThan(START / 1000);
    expect(text('algorithm-said-twice', 0).match(/"alg":"\w+"/g)).toEqual(['"alg":"RS256"', '"alg":"none"']);
  });

  it('may escape names, and mean the same', () => {
    expect(text('escaped-names', 0)).not.toContain('"alg"');
    expect(JSON.parse(text('escaped-names', 0))).toMatchObject({ alg: 'RS256', typ: 'JWT' });
  });

  it('may be another text for the same bytes, or the same text with bytes that are none', () => {
    expect(tokenOf('bits-that-say-nothing')).not.toBe(tokenOf('valid'));
    expect(bytes('bits-that-say-nothing')).toEqual(bytes('valid'));
    expect(tokenOf('padded-base64').split('.')[1]).toMatch(/=$/);
  });

  it('may leave its payload as it is', () => {
    const [, payload = ''] = tokenOf('unencoded-payload').split('.');

    expect(JSON.parse(payload)).toEqual(goodClaims);
    expect(JSON.parse(text('unencoded-payload', 0))).toMatchObject({ b64: false, crit: ['b64'] });
  });

  it('may bring the key that signed it, in three ways', () => {
    const certificate = new X509Certificate(Buffer.from(unknown.certificate, 'base64'));
    const publicKey = createPublicKey({ key: unknown.publicJwk as never, format: 'jwk' });

    expect(certificate.publicKey.equals(publicKey)).toBe(true);
    expect(JSON.parse(text('certificate-in-the-header', 0)).x5c).toEqual([unknown.certificate]);
    expect(JSON.parse(text('key-in-the-header', 0)).jwk).toEqual(unknown.publicJwk);
    expect(JSON.parse(text('key-in-the-header', 0)).jwk).not.toHaveProperty('d');
    expect(JSON.parse(text('key-behind-a-url', 0)).jku).toBe('http://localhost/keys');
  });

  it('may be good but for one thing', () => {
    const same = (name: string) => JSON.parse(text(name, 1));

    for (const name of ['valid', 'unknown-extension', 'no-signature', 'unknown-key', 'alg-none', 'typ-at-jwt']) {
      expect(same(name)).toEqual(goodClaims);
    }
    expect(bytes('changed-payload')).toEqual(bytes('valid'));
  });
});
