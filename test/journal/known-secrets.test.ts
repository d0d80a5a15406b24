import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SeedSecretsCache, WorldSecrets } from '../../src/journal/known-secrets.ts';
import { createSharedCache } from '../../src/memory/caches.ts';

const seedSecrets = new SeedSecretsCache();
const settings = { key: 'a key', seedSecrets };
const known = (seed = '{}', bytes = 100_000, hasSecret: (hash: string) => boolean = () => false) =>
  new WorldSecrets(settings, createSharedCache(bytes), { text: seed }, hasSecret);
const SECRET = 'MOCKciAppSecret00000000000000001';
const sha256 = (text: string) => hash('sha256', text, 'hex');

describe('the secrets of a world', () => {
  it('are those of its seed, by their names', () => {
    const secrets = known(
      JSON.stringify({
        runai: {
          users: [{ email: 'ann@acme.test', password: 'ann-password', accessKey: { name: 'k', clientSecret: SECRET } }],
          applications: [{ name: 'application', secret: 'another-secret' }],
        },
      }),
    );

    expect(['ann-password', SECRET, 'another-secret'].map((text) => secrets.has(text))).toEqual([true, true, true]);
    expect(['ann@acme.test', 'application', 'ann-passwore'].map((text) => secrets.has(text))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('leave out what is too short to be looked for', () => {
    const secrets = known('{"password":"acme"}');

    expect(secrets.has('acme')).toBe(false);
  });

  it('are those that it has the hash of', () => {
    const secrets = known();
    for (const one of [sha256(SECRET), null, undefined]) secrets.addHash(one);

    expect([secrets.has(SECRET), secrets.has(`${SECRET}x`), secrets.has(sha256(SECRET))]).toEqual([true, false, false]);
  });

  it('are those that it has now, however many other worlds have', () => {
    let has = true;
    const secrets = known('{}', 1, (hash) => has && hash === sha256(SECRET));

    expect([secrets.has(SECRET), secrets.has(`${SECRET}x`)]).toEqual([true, false]);
    has = false;
    expect(secrets.has(SECRET)).toBe(false);
  });

  it('take no more room than their budget', () => {
    const secrets = known('{}', 1000);
    for (let count = 0; count < 100; count += 1) secrets.addHash(sha256(`secret number ${count}`));

    expect([secrets.has('secret number 99'), secrets.has('secret number 0')]).toEqual([true, false]);
  });

  it('have fingerprints of a key', () => {
    const keyed = (key: string) =>
      new WorldSecrets({ key, seedSecrets }, createSharedCache(1000), { text: '{}' }, () => false);
    expect(keyed('a key').fingerprint(SECRET)).toBe(known().fingerprint(SECRET));
    expect(keyed('another key').fingerprint(SECRET)).not.toBe(known().fingerprint(SECRET));
  });

  it('are none in the end', () => {
    const secrets = known();
    secrets.addHash(sha256(SECRET));
    secrets.clear();

    expect(secrets.has(SECRET)).toBe(false);
  });
});
