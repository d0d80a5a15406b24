import { describe, expect, it } from 'vitest';
import {
  findKey,
  type KeyRing,
  listKeysInForce,
  OVERLAP_MS,
  rotateKey,
  type SigningKey,
} from '../../src/tokens/keys.ts';
import { shippedKey } from '../support/tokens.ts';

/** Creates keys that differ only in their ids. */
const makeKey = (kid: string): SigningKey => ({ ...shippedKey, kid });
const START: KeyRing = { current: makeKey('a'), retired: [] };
const listKids = (ring: KeyRing, now: number) => listKeysInForce(ring, now).map(({ kid }) => kid);

describe('a rotated key', () => {
  const ring = rotateKey(START, makeKey('b'), 1000 + OVERLAP_MS);

  it('is valid for ten more minutes, and the new key immediately', () => {
    expect(OVERLAP_MS).toBe(600_000);
    expect(listKids(ring, 1000)).toEqual(['b', 'a']);
    expect(listKids(ring, 600_999)).toEqual(['b', 'a']);
    expect(listKids(ring, 601_000)).toEqual(['b']);
  });

  it('is still found after its overlap, with the time of its end', () => {
    expect(findKey(ring, 'a', 600_999)).toMatchObject({ key: { kid: 'a' }, retiredSince: null });
    expect(findKey(ring, 'a', 601_000)).toMatchObject({ key: { kid: 'a' }, retiredSince: 601_000 });
    expect(findKey(ring, 'b', 601_000)).toMatchObject({ key: { kid: 'b' }, retiredSince: null });
    expect(findKey(ring, 'c', 1000)).toBeNull();
    expect(findKey(ring, undefined, 1000)).toBeNull();
  });

  it('has no private key', () => {
    expect(Object.keys(ring.retired[0]?.key ?? {}).sort()).toEqual(['algorithm', 'kid', 'publicJwk', 'publicKey']);
  });
});

it('at most eight rotated keys are kept', () => {
  let ring = START;
  for (let number = 0; number < 20; number++) ring = rotateKey(ring, makeKey(`${number}`), OVERLAP_MS);

  expect(listKids(ring, 0)).toEqual(['19', '18', '17', '16', '15', '14', '13', '12', '11']);
});
