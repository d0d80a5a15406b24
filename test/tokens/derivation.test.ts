/** Credentials that a world derives from ids. */
import { describe, expect, it } from 'vitest';
import { classifyKey, deriveKeyText } from '../../src/services/ngc-keys/key-text.ts';
import { createDerivation } from '../../src/tokens/derivation.ts';
import { addMark, grantMarkOf, keyMarkOf, readMark } from '../../src/tokens/world-mark.ts';

const ids = Array.from({ length: 200 }, (_, index) => `id-${index}`);
const defaultWorld = createDerivation('default');
const teamWorld = createDerivation('team-a');

describe('a derived credential', () => {
  it('is the same on every machine', () => {
    expect(deriveKeyText(defaultWorld, '6e4c8a30')).toBe(
      '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',
    );
    expect(defaultWorld.secret('6e4c8a30')).toBe('cbqBaP1Bw3DaGIIPMWsmmxVJ0SPXjHRq');
    expect(deriveKeyText(createDerivation('team-a'), '6e4c8a30')).toBe(deriveKeyText(teamWorld, '6e4c8a30'));
  });

  it('differs between worlds, ids, and keys and secrets', () => {
    const derived = [defaultWorld, teamWorld, createDerivation('team-b')].flatMap((world) =>
      ids.flatMap((id) => [deriveKeyText(world, id), world.secret(id)]),
    );

    expect(new Set(derived).size).toBe(derived.length);
    expect(deriveKeyText(defaultWorld, 'a').includes(defaultWorld.secret('a'))).toBe(false);
  });
});

describe('a derived key', () => {
  it.each(['default', 'team-a', 'x', '0123456789abcdef0123456789abcdef'])(
    'has the mark of a mock in the world %s',
    (world) => {
      for (const id of ids) expect(classifyKey(deriveKeyText(createDerivation(world), id))).toBe('marked');
    },
  );

  it('has the mark of its world, except in the default world', () => {
    for (const id of ids) {
      expect(deriveKeyText(teamWorld, id)).toMatch(new RegExp(`^nvapi-MOCK${keyMarkOf('team-a')}`));
    }
  });
});

describe('a derived secret', () => {
  it('is 32 letters and digits', () => {
    for (const id of ids) expect(defaultWorld.secret(id)).toMatch(/^[A-Za-z0-9]{32}$/);
  });

  it('has a uniform distribution of letters and digits', () => {
    const counts = new Map<string, number>();
    for (const id of ids.concat(ids.map((id) => `${id}-more`))) {
      for (const letter of defaultWorld.secret(id)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }

    expect(counts.size).toBe(62);
    expect(Math.min(...counts.values())).toBeGreaterThan(0.6 * ((400 * 32) / 62));
    expect(Math.max(...counts.values())).toBeLessThan(1.5 * ((400 * 32) / 62));
  });
});

it('the mark of a world has 12 distinct hexadecimal digits, and that of the default world is empty', () => {
  const marks = ['a', 'b', 'team-a'].map(keyMarkOf);

  expect(keyMarkOf('default')).toBe('');
  for (const mark of marks) expect(mark).toMatch(/^[0-9a-f]{12}$/);
  expect(new Set(marks).size).toBe(marks.length);
});

it('a random string with a mark has the same length, and its mark can be read', () => {
  const drawn = 'x'.repeat(43);
  const marked = addMark(grantMarkOf('default'), drawn);

  expect(readMark(marked)).toBe(grantMarkOf('default'));
  expect(marked).toHaveLength(drawn.length);
  expect(addMark(keyMarkOf('default'), drawn)).toBe(drawn);
});

it('a client id is unchanged in the default world and has the id of other worlds as suffix', () => {
  expect(createDerivation('default').clientId('ci-app')).toBe('ci-app');
  expect(createDerivation('team-a').clientId('ci-app')).toBe('ci-app-team-a');
});
