import { describe, expect, it } from 'vitest';
import { createIdentityProvider, type ExpectedClaims } from '../../src/tokens/identity-provider.ts';
import { createVerifier, type JwkSet } from '../../src/tokens/jwk-set.ts';
import { START } from '../support/server.ts';
import { forge, shippedKey } from '../support/tokens.ts';

// The library calls public keys so, too, and types them apart.
const KEYS = { keys: [shippedKey.publicJwk] } as JwkSet;
const NONE: JwkSet = { keys: [] };

/** A provider whose keys are read from these sets, one after the other, the last one again and again. */
function providerOf(sets: readonly (JwkSet | Error)[], expected?: ExpectedClaims) {
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
const unaccepted = (why: string) => ({
  kind: 'bad_credentials',
  reason: 'bad_external_token',
  message: expect.stringContaining(why),
});

describe('the keys of an identity provider', () => {
  it('are read at the first token, and once', async () => {
    const provider = providerOf([KEYS]);
    expect(provider.reads()).toBe(0);

    expect([await provider.verify(await forge()), await provider.verify(await forge())]).toEqual([ACCEPTED, ACCEPTED]);
    expect(provider.reads()).toBe(1);
  });

  it('are read again when a token names one that is not among them', async () => {
    const provider = providerOf([NONE, KEYS]);

    expect(await provider.verify(await forge())).toMatchObject(unaccepted('no applicable key'));
    expect(await provider.verify(await forge())).toEqual(ACCEPTED);
    expect(provider.reads()).toBe(2);
  });

  it('that cannot be had are something outside that does not answer', async () => {
    const provider = providerOf([new Error('refused'), KEYS]);

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
  const good = { iss: 'http://idp', aud: 'a' };

  it('counts by its issuer and audience, where these are asked for', async () => {
    expect(await providerOf([KEYS], expected).verify(await forge(good))).toEqual(ACCEPTED);
    expect(await providerOf([KEYS], expected).verify(await forge({ ...good, aud: ['b', 'a'] }))).toEqual(ACCEPTED);
  });

  it.each<[what: string, token: () => Promise<string>, why: string]>([
    ['that has expired', () => forge({ ...good, exp: 1 }), '"exp"'],
    ['without a subject', () => forge({ ...good, sub: undefined }), '"sub"'],
    ['of another issuer', () => forge({ ...good, iss: 'http://other' }), '"iss"'],
    ['for somebody else', () => forge({ ...good, aud: ['b', 'c'] }), '"aud"'],
    ['written otherwise', async () => `${await forge(good)}=`, 'its signature is not base64url'],
    ['that is none', async () => 'abc', 'Invalid Compact JWS'],
  ])('%s does not count', async (_what, token, why) => {
    expect(await providerOf([KEYS], expected).verify(await token())).toMatchObject(unaccepted(why));
  });
});
