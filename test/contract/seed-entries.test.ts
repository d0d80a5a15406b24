import { describe, expect, it } from 'vitest';
import { findDuplicates, locateEntries } from '../../src/contract/seed-entries.ts';

const createUsers = (...names: (string | undefined)[]) =>
  locateEntries(
    'users',
    names.map((name) => ({ name })),
  );
const findPlaces = (...names: (string | undefined)[]) =>
  findDuplicates('users: `name`', createUsers(...names), ({ name }) => name).map(({ place }) => place);

it('the entries of a list have places, and a missing list has no entries', () => {
  expect(locateEntries('users', ['a', 'b'])).toEqual([
    { entry: 'a', place: 'users[0]' },
    { entry: 'b', place: 'users[1]' },
  ]);
  expect(locateEntries('users', undefined)).toEqual([]);
});

describe('duplicate values', () => {
  it('are errors of the later entries, which name the first entry', () => {
    expect(findDuplicates('users: `name`', createUsers('a', 'b', 'a'), ({ name }) => name)).toEqual([
      { place: 'users[2]', message: 'users: `name` `a` occurs twice; `users[0]` also has it' },
    ]);
    expect(findPlaces('a', 'a', 'a')).toEqual(['users[1]', 'users[2]']);
  });

  it('exclude missing values', () => {
    expect(findPlaces(undefined, undefined, 'a')).toEqual([]);
  });

  it('include a derived value, unless all of them are derived', () => {
    const countDuplicates = (...names: (string | undefined)[]) =>
      findDuplicates(
        'ids',
        createUsers(...names),
        ({ name }) => name,
        () => 'a',
      ).length;

    expect([
      countDuplicates(undefined, 'a'),
      countDuplicates('a', undefined),
      countDuplicates(undefined, undefined),
    ]).toEqual([1, 1, 0]);
  });
});
