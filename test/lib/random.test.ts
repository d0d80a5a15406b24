import { describe, expect, it } from 'vitest';
import { createSeededRandom, createSystemRandom, deriveUuid, drawAt, toAlphanumeric } from '../../src/lib/random.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each([
  ['the system', createSystemRandom()],
  ['a seed', createSeededRandom('a')],
])('random values of %s', (_what, random) => {
  it('have the formats of ids and secrets', () => {
    expect(random.uuid()).toMatch(UUID);
    expect(random.hex(7)).toMatch(/^[0-9a-f]{7}$/);
    expect(random.alphanumeric(40)).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(random.base64url(32)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('include different private keys of both kinds', async () => {
    const [rsa, ec, other] = await Promise.all([
      random.privateKey('rsa'),
      random.privateKey('ec'),
      random.privateKey('ec'),
    ]);

    expect(rsa).toMatchObject({ kty: 'RSA', n: expect.stringMatching(/^[\w-]{342}$/), d: expect.any(String) });
    expect(ec).toMatchObject({ kty: 'EC', crv: 'P-256', d: expect.any(String) });
    expect(other.d).not.toBe(ec.d);
  });

  it('are unique', () => {
    const drawn = Array.from({ length: 1000 }, () => random.uuid());

    expect(new Set(drawn).size).toBe(drawn.length);
  });
});

it('a seed has a reproducible sequence, and another seed has another sequence', () => {
  const drawSequence = (seed: string) => {
    const random = createSeededRandom(seed);
    return Array.from({ length: 300 }, () => random.hex(32));
  };

  expect(drawSequence('a')).toEqual(drawSequence('a'));
  expect(drawSequence('a')).not.toEqual(drawSequence('b'));
});

it('deriveUuid returns the same id for the same name', () => {
  expect(deriveUuid('a')).toBe('ca978112-ca1b-4dca-bac2-31b39a23dc4d');
  expect(deriveUuid('b')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(deriveUuid('b')).not.toBe(deriveUuid('a'));
});

it('toAlphanumeric returns letters and digits with equal probability', () => {
  const all = toAlphanumeric(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
  const counts = new Map<string, number>();
  for (const letter of all) counts.set(letter, (counts.get(letter) ?? 0) + 1);

  expect(counts.size).toBe(62);
  expect(new Set(counts.values())).toEqual(new Set([4]));
});

it('drawAt returns a reproducible number from 0 to below 1', () => {
  const numbers = Array.from({ length: 100 }, (_, place) => drawAt('a', place));

  expect(new Set(numbers).size).toBe(100);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(drawAt('a', 7)).toBe(numbers[7]);
});
