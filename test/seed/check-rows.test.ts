import { describe, expect, it } from 'vitest';
import { loadRowCheck } from '../../src/app/row-check.ts';
import { sourceFiles } from '../architecture/source-files.ts';

const check = await loadRowCheck();

const buildRow = (changes: object) => ({
  collection: 'settings',
  id: 'clock',
  owner: '',
  parent: null,
  aliases: [],
  labels: [],
  sharedWith: [],
  dueAt: null,
  usedAt: null,
  body: '{"ahead":5}',
  ...changes,
});

describe('the check of rows', () => {
  it('supports every collection', () => {
    const collections = sourceFiles('src', '.ts').flatMap(({ text }) =>
      [...text.matchAll(/new Collection(?:<.*>)?\(\s*'([\w.-]+)'/g)].map(([, name]) => String(name)),
    );
    const unknown = collections.filter((collection) =>
      check(buildRow({ collection, body: [] }))?.startsWith('`collection`'),
    );

    expect(collections.length).toBeGreaterThan(25);
    expect(unknown).toEqual([]);
  });

  it.for<[string, object, string | null]>([
    ['is valid', {}, null],
    ['has an unknown collection', { collection: 'setting' }, '`collection` is not known. Did you mean `settings`?'],
    ['is an unknown setting', { id: 'clocks' }, '`id` is not known. Did you mean `clock`?'],
    ['has a body of another type', { body: 5 }, '`body` is not valid; expected a string, got a number'],
    ['has a body that is not JSON', { body: 'x' }, '`body` is not valid; expected JSON'],
    [
      'has a body with another member',
      { body: '{"frozenAt":null}' },
      '`body.frozenAt` is not valid; expected an integer',
    ],
    ['has a body without a member', { id: 'signing-keys', body: '{}' }, '`body.algorithm` is missing; expected one of'],
    ['has an unexpected parent', { parent: 'a' }, '`parent` does not fit the body; expected `null`'],
    ['has an unexpected alias', { aliases: ['a'] }, '`aliases` does not fit the body; expected `[]`'],
    ['has no parent', { collection: 'ngc.policies' }, '`parent` is not valid; expected a string, got null'],
  ])('returns the expected problem for a row that %s', ([, changes, expected]) => {
    const problem = check(buildRow(changes));

    expect(expected === null ? problem : problem?.slice(0, expected.length)).toBe(expected);
  });
});
