import { describe, expect, it } from 'vitest';
import { findJwkSetProblem } from '../../src/tokens/jwk-set.ts';
import { shippedKey } from '../support/tokens.ts';

const { alg: _, ...withoutAlgorithm } = shippedKey.publicJwk;
const EC = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' };

describe('a JWK set', () => {
  it('is valid if all its keys are public, with or without `alg`', async () => {
    expect(await findJwkSetProblem({ keys: [shippedKey.publicJwk, withoutAlgorithm] })).toBeNull();
  });

  it.each([null, [], {}, { keys: {} }, { keys: [] }])('is rejected as %j', async (value) => {
    expect(await findJwkSetProblem(value)).toContain('it is not a JWK set');
  });

  it.each([
    ['a string', 'is not an object', 'key'],
    ['a private key', 'is not a public key', { ...shippedKey.publicJwk, d: 'AA' }],
    ['a secret', 'is not a public key', { kty: 'oct', k: 'AA' }],
    ['a key of an unknown type', 'has a key type that cannot sign tokens', { kty: 'EC', crv: 'secp256k1' }],
    ['a key without a type', 'has a key type that cannot sign tokens', {}],
    ['a point that is not on its curve', 'is not a valid key (RFC 7517)', EC],
    ['a key with the `alg` of another type', 'is not a valid key (RFC 7517)', { ...withoutAlgorithm, alg: 'none' }],
  ])('is rejected with the position of %s', async (_title, problem, key) => {
    expect(await findJwkSetProblem({ keys: [shippedKey.publicJwk, key] })).toBe(`\`keys[1]\` ${problem}`);
  });
});
