import { describe, expect, it } from 'vitest';
import { findDuplicates, locateEntries } from '../../src/definitions/seed-entries.ts';

const users = (...names: (string | undefined)[]) =>
  locateEntries(
    'users',
    names.map((name) => ({ name })),
  );
const duplicates = (...names: (string | undefined)[]) =>
  findDuplicates('users: `name`', users(...names), ({ name }) => name).map(({ place }) => place);

it('the entries of a list have their places, and a list that is not there has none', () => {
  expect(locateEntries('users', ['a', 'b'])).toEqual([
    { entry: 'a', place: 'users[0]' },
    { entry: 'b', place: 'users[1]' },
  ]);
  expect(locateEntries('users', undefined)).toEqual([]);
});

describe('values that occur twice', () => {
  it('are the fault of the later entries, which are told the first', () => {
    expect(findDuplicates('users: `name`', users('a', 'b', 'a'), ({ name }) => name)).toEqual([
      { place: 'users[2]', message: 'users: `name` `a` occurs twice; `users[0]` also has it' },
    ]);
    expect(duplicates('a', 'a', 'a')).toEqual(['users[1]', 'users[2]']);
  });

  it('are none where nothing is written', () => {
    expect(duplicates(undefined, undefined, 'a')).toEqual([]);
  });

  it('are a fault where one of them was derived, and none where both were', () => {
    const found = (...names: (string | undefined)[]) =>
      findDuplicates(
        'ids',
        users(...names),
        ({ name }) => name,
        () => 'a',
      ).length;

    expect([found(undefined, 'a'), found('a', undefined), found(undefined, undefined)]).toEqual([1, 1, 0]);
  });
});
