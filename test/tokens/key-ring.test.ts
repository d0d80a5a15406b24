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

/** Told apart by their ids alone. */
const key = (kid: string): SigningKey => ({ ...shippedKey, kid });
const START: KeyRing = { current: key('a'), retired: [] };
const kids = (ring: KeyRing, now: number) => listKeysInForce(ring, now).map(({ kid }) => kid);

describe('a key that is replaced', () => {
  const ring = rotateKey(START, key('b'), 1000);

  it('counts for ten more minutes, and the new one at once', () => {
    expect(OVERLAP_MS).toBe(600_000);
    expect(kids(ring, 1000)).toEqual(['b', 'a']);
    expect(kids(ring, 600_999)).toEqual(['b', 'a']);
    expect(kids(ring, 601_000)).toEqual(['b']);
  });

  it('is still known when it is over, so that a refusal can say since when', () => {
    expect(findKey(ring, 'a', 600_999)).toMatchObject({ key: { kid: 'a' }, retiredSince: null });
    expect(findKey(ring, 'a', 601_000)).toMatchObject({ key: { kid: 'a' }, retiredSince: 601_000 });
    expect(findKey(ring, 'b', 601_000)).toMatchObject({ key: { kid: 'b' }, retiredSince: null });
    expect(findKey(ring, 'c', 1000)).toBeNull();
    expect(findKey(ring, undefined, 1000)).toBeNull();
  });

  it('keeps nothing of its private half', () => {
    expect(Object.keys(ring.retired[0]?.key ?? {}).sort()).toEqual(['algorithm', 'kid', 'publicJwk', 'publicKey']);
  });
});

it('no more than eight replaced keys are known, however often they are replaced', () => {
  let ring = START;
  for (let number = 0; number < 20; number++) ring = rotateKey(ring, key(`${number}`), 0);

  expect(kids(ring, 0)).toEqual(['19', '18', '17', '16', '15', '14', '13', '12', '11']);
});
