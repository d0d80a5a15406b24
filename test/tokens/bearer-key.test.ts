import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BEARER_KEY, bearerWorldOf, hasBearerHeader, importBearerKey } from '../../src/tokens/bearer-key.ts';
import { forge } from '../support/tokens.ts';

const [shipped = ''] = JSON.parse(
  readFileSync(new URL('../../fixtures/runai/bearers.json', import.meta.url), 'utf8'),
) as string[];

describe('a bearer of the cast', () => {
  it('is recognized by its header', async () => {
    expect(hasBearerHeader(shipped)).toBe(true);
    expect(hasBearerHeader(await forge({}, { kid: BEARER_KEY.kid, typ: 'at+jwt' }))).toBe(false);
    expect(hasBearerHeader(await forge())).toBe(false);
    expect(hasBearerHeader(`abc${shipped}`)).toBe(false);
  });

  it('is verified with a public key', async () => {
    expect(await importBearerKey()).toMatchObject({ type: 'public', algorithm: { name: 'RSASSA-PKCS1-v1_5' } });
  });

  it.each([
    ['own', 'team-a', 'team-a'],
    ['own', 'default', 'default'],
    ['cast', 'team-a', 'default'],
  ] as const)('with `credentials: %s` in the world %s belongs to the world %s', (credentials, id, expected) => {
    expect(bearerWorldOf({ id, credentials })).toBe(expected);
  });
});
