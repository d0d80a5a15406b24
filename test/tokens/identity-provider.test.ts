import { describe, expect, it } from 'vitest';
import { createIdentityProvider, type ExpectedClaims } from '../../src/tokens/identity-provider.ts';
import { createVerifier, type JwkSet } from '../../src/tokens/jwk-set.ts';
import { START } from '../support/server.ts';
import { forge, shippedKey } from '../support/tokens.ts';

// The library has a separate type for public keys.
const KEYS = { keys: [shippedKey.publicJwk] } as JwkSet;
const NONE: JwkSet = { keys: [] };

/** Creates a provider that reads its keys from these sets in turn, and then the last one repeatedly. */
function createProvider(sets: readonly (JwkSet | Error)[], expected?: ExpectedClaims) {
  let reads = 0;
  const load = async (): Promise<JwkSet> => {
    const set = sets[Math.min(reads++, sets.length - 1)] ?? NONE;
    if (set instanceof Error) throw set;
    return set;
  };
  const provider = createIdentityProvider(
    createVerifier({ name: 'http://keys', isLocal: false, load }, 'the identity provider'),
    expected,
  );
  return {
    reads: () => reads,
    verify: async (token: string) => provider.verify(token, START, 'token').catch((thrown: unknown) => thrown),
  };
}

const ACCEPTED = expect.objectContaining({ azp: expect.any(String) });
const buildRejection = (why: string) => ({
  kind: 'bad_credentials',
  reason: 'bad_external_token',
  message: expect.stringContaining(why),
});

describe('the keys of an identity provider', () => {
  it('are read once, at the first token', async () => {
    const provider = createProvider([KEYS]);
    expect(provider.reads()).toBe(0);

    expect([await provider.verify(await forge()), await provider.verify(await forge())]).toEqual([ACCEPTED, ACCEPTED]);
    expect(provider.reads()).toBe(1);
  });

  it('are read again for a token with an unknown key id', async () => {
    const provider = createProvider([NONE, KEYS]);

    expect(await provider.verify(await forge())).toMatchObject(buildRejection('no applicable key'));
    expect(await provider.verify(await forge())).toEqual(ACCEPTED);
    expect(provider.reads()).toBe(2);
  });

  it('that cannot be read cause an error of kind `unavailable`, and are read again', async () => {
    const provider = createProvider([new Error('refused'), KEYS]);

    expect(await provider.verify(await forge())).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('cannot be read from http://keys'),
      cause: new Error('refused'),
    });
    expect(await provider.verify(await forge())).toEqual(ACCEPTED);
  });
});

describe('a token of an identity provider', () => {
  const expected = { issuer: 'http://idp', audience: 'a' };
  const valid = { iss: 'http://idp', aud: 'a' };

  it('is accepted with the expected issuer and audience', async () => {
    expect(await createProvider([KEYS], expected).verify(await forge(valid))).toEqual(ACCEPTED);
    expect(await createProvider([KEYS], expected).verify(await forge({ ...valid, aud: ['b', 'a'] }))).toEqual(ACCEPTED);
  });

  it.each<[title: string, token: () => Promise<string>, why: string]>([
    ['that has expired', () => forge({ ...valid, exp: 1 }), '"exp"'],
    ['without a subject', () => forge({ ...valid, sub: undefined }), '"sub"'],
    ['of another issuer', () => forge({ ...valid, iss: 'http://other' }), '"iss"'],
    ['for another audience', () => forge({ ...valid, aud: ['b', 'c'] }), '"aud"'],
    ['with padding', async () => `${await forge(valid)}=`, 'its signature is not base64url'],
    ['that is not a JWT', async () => 'abc', 'Invalid Compact JWS'],
  ])('%s is rejected', async (_title, token, why) => {
    expect(await createProvider([KEYS], expected).verify(await token())).toMatchObject(buildRejection(why));
  });
});
