import { describe, expect, it } from 'vitest';
import {
  createSeededRandom,
  createSystemRandom,
  deriveUuid,
  drawAt,
  toAlphanumeric,
} from '../../src/platform/random.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each([
  ['of the system', createSystemRandom()],
  ['of a seed', createSeededRandom('a')],
])('randomness %s', (_what, random) => {
  it('has the forms that ids and secrets have', () => {
    expect(random.uuid()).toMatch(UUID);
    expect(random.hex(7)).toMatch(/^[0-9a-f]{7}$/);
    expect(random.alphanumeric(40)).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(random.base64url(32)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('makes private keys of both kinds, another one each time', async () => {
    const [rsa, ec, other] = await Promise.all([
      random.privateKey('rsa'),
      random.privateKey('ec'),
      random.privateKey('ec'),
    ]);

    expect(rsa).toMatchObject({ kty: 'RSA', n: expect.stringMatching(/^[\w-]{342}$/), d: expect.any(String) });
    expect(ec).toMatchObject({ kty: 'EC', crv: 'P-256', d: expect.any(String) });
    expect(other.d).not.toBe(ec.d);
  });

  it('gives nothing twice, however much is asked for', () => {
    const drawn = Array.from({ length: 1000 }, () => random.uuid());

    expect(new Set(drawn).size).toBe(drawn.length);
  });
});

it('a seed gives the same sequence every time, and another one another', () => {
  const sequence = (seed: string) => {
    const random = createSeededRandom(seed);
    return Array.from({ length: 300 }, () => random.hex(32));
  };

  expect(sequence('a')).toEqual(sequence('a'));
  expect(sequence('a')).not.toEqual(sequence('b'));
});

it('a name has one id', () => {
  expect(deriveUuid('a')).toBe('ca978112-ca1b-4dca-bac2-31b39a23dc4d');
  expect(deriveUuid('b')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(deriveUuid('b')).not.toBe(deriveUuid('a'));
});

it('letters and digits are as likely as one another: bytes that would favour some stand for none', () => {
  const all = toAlphanumeric(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
  const counts = new Map<string, number>();
  for (const letter of all) counts.set(letter, (counts.get(letter) ?? 0) + 1);

  expect(counts.size).toBe(62);
  expect(new Set(counts.values())).toEqual(new Set([4]));
});

it('a number is drawn at its place: from 0 to below 1, the same every time', () => {
  const numbers = Array.from({ length: 100 }, (_, place) => drawAt('a', place));

  expect(new Set(numbers).size).toBe(100);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(drawAt('a', 7)).toBe(numbers[7]);
});
