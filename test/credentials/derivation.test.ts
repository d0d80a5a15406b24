/** What a world derives of ids. */
import { describe, expect, it } from 'vitest';
import { createDerivation } from '../../src/credentials/derivation.ts';
import { addMark, grantMarkOf, keyMarkOf, readMark } from '../../src/credentials/world-mark.ts';
import { classifyKey, deriveKeyText } from '../../src/ngc-keys/key-text.ts';

const ids = Array.from({ length: 200 }, (_, index) => `id-${index}`);
const home = createDerivation('default');
const other = createDerivation('team-a');

describe('what a world derives', () => {
  it('is the same on every machine', () => {
    expect(deriveKeyText(home, '6e4c8a30')).toBe(
      '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',
    );
    expect(home.secret('6e4c8a30')).toBe('cbqBaP1Bw3DaGIIPMWsmmxVJ0SPXjHRq');
    expect(deriveKeyText(createDerivation('team-a'), '6e4c8a30')).toBe(deriveKeyText(other, '6e4c8a30'));
  });

  it('differs between worlds and between ids, and between keys and secrets', () => {
    const drawn = [home, other, createDerivation('team-b')].flatMap((world) =>
      ids.flatMap((id) => [deriveKeyText(world, id), world.secret(id)]),
    );

    expect(new Set(drawn).size).toBe(drawn.length);
    expect(deriveKeyText(home, 'a').includes(home.secret('a'))).toBe(false);
  });
});

describe('a derived key', () => {
  it.each(['default', 'team-a', 'x', '0123456789abcdef0123456789abcdef'])('has the mark of a mock in %s', (world) => {
    for (const id of ids) expect(classifyKey(deriveKeyText(createDerivation(world), id))).toBe('marked');
  });

  it('begins with the mark of its world, but in the world that a server begins with', () => {
    for (const id of ids) {
      expect(deriveKeyText(other, id).slice('nvapi-'.length)).toMatch(new RegExp(`^${keyMarkOf('team-a')}`));
    }
  });
});

describe('a derived secret', () => {
  it('is 32 letters and digits', () => {
    for (const id of ids) expect(home.secret(id)).toMatch(/^[A-Za-z0-9]{32}$/);
  });

  it('has every letter and digit about as often', () => {
    const counts = new Map<string, number>();
    for (const id of ids.concat(ids.map((id) => `${id}-more`))) {
      for (const letter of home.secret(id)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }

    expect(counts.size).toBe(62);
    expect(Math.min(...counts.values())).toBeGreaterThan(0.6 * ((400 * 32) / 62));
    expect(Math.max(...counts.values())).toBeLessThan(1.5 * ((400 * 32) / 62));
  });
});

it('the mark of a world is 12 hexadecimal digits of its own, and none in the default one', () => {
  const marks = ['a', 'b', 'team-a'].map(keyMarkOf);

  expect(keyMarkOf('default')).toBe('');
  for (const mark of marks) expect(mark).toMatch(/^[0-9a-f]{12}$/);
  expect(new Set(marks).size).toBe(marks.length);
});

it('a drawn text that is marked leads to its world by its beginning, and is as long as before', () => {
  const drawn = 'x'.repeat(43);
  const marked = addMark(grantMarkOf('default'), drawn);

  expect(readMark(marked)).toBe(grantMarkOf('default'));
  expect(marked).toHaveLength(drawn.length);
  expect(addMark(keyMarkOf('default'), drawn)).toBe(drawn);
});

it('a client id is itself in the first world, and says elsewhere which world it is of', () => {
  expect(createDerivation('default').clientId('ci-app')).toBe('ci-app');
  expect(createDerivation('team-a').clientId('ci-app')).toBe('ci-app-team-a');
});
