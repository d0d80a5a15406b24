import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SeedSecretsCache, WorldSecrets } from '../../src/journal/known-secrets.ts';
import { createSharedCache } from '../../src/lib/memory.ts';

const seedSecrets = new SeedSecretsCache();
const settings = { key: 'a key', seedSecrets };
const createSecrets = (seed = '{}', bytes = 100_000, hasSecret: (hash: string) => boolean = () => false) =>
  new WorldSecrets(settings, createSharedCache(bytes), { text: seed }, hasSecret);
const SECRET = 'MOCKciAppSecret00000000000000001';
const sha256 = (text: string) => hash('sha256', text, 'hex');

describe('the secrets of a world', () => {
  it('include those of its seed, by the names of members', () => {
    const secrets = createSecrets(
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

  it('exclude values that are too short', () => {
    const secrets = createSecrets('{"password":"acme"}');

    expect(secrets.has('acme')).toBe(false);
  });

  it('include those with a known hash', () => {
    const secrets = createSecrets();
    for (const item of [sha256(SECRET), null, undefined]) secrets.addHash(item);

    expect([secrets.has(SECRET), secrets.has(`${SECRET}x`), secrets.has(sha256(SECRET))]).toEqual([true, false, false]);
  });

  it('include those that the world has now, however many other worlds there are', () => {
    let has = true;
    const secrets = createSecrets('{}', 1, (hash) => has && hash === sha256(SECRET));

    expect([secrets.has(SECRET), secrets.has(`${SECRET}x`)]).toEqual([true, false]);
    has = false;
    expect(secrets.has(SECRET)).toBe(false);
  });

  it('stay within their budget', () => {
    const secrets = createSecrets('{}', 1000);
    for (let count = 0; count < 100; count += 1) secrets.addHash(sha256(`secret number ${count}`));

    expect([secrets.has('secret number 99'), secrets.has('secret number 0')]).toEqual([true, false]);
  });

  it('are empty after they were cleared', () => {
    const secrets = createSecrets();
    secrets.addHash(sha256(SECRET));
    secrets.clear();

    expect(secrets.has(SECRET)).toBe(false);
  });
});
