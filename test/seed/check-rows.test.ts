import { describe, expect, it } from 'vitest';
import { loadRowCheck } from '../../src/app/row-check.ts';
import { sourceFiles } from '../architecture/source-files.ts';

const check = await loadRowCheck();

const row = (changes: object) => ({
  ...{ collection: 'settings', id: 'clock', owner: '', parent: null, aliases: [], labels: [], sharedWith: [] },
  ...{ dueAt: null, usedAt: null, body: '{"ahead":5}' },
  ...changes,
});

describe('the check of rows', () => {
  it('knows every collection', () => {
    const named = sourceFiles('src', '.ts').flatMap(({ text }) =>
      [...text.matchAll(/new Collection(?:<.*>)?\(\s*'([\w.-]+)'/g)].map(([, name]) => String(name)),
    );
    const unknown = named.filter((collection) => check(row({ collection, body: [] }))?.startsWith('`collection`'));

    expect(named.length).toBeGreaterThan(25);
    expect(unknown).toEqual([]);
  });

  it.for<[string, object, string | null]>([
    ['fits', {}, null],
    ['has an unknown collection', { collection: 'setting' }, '`collection` is not known. Did you mean `settings`?'],
    ['is an unknown setting', { id: 'clocks' }, '`id` is not known. Did you mean `clock`?'],
    ['has a body of another type', { body: 5 }, '`body` is not valid; expected a string, got a number'],
    ['has no JSON', { body: 'x' }, '`body` is not valid; expected JSON'],
    ['has JSON of another form', { body: '{"frozenAt":null}' }, '`body.frozenAt` is not valid; expected an integer'],
    ['lacks a member', { id: 'signing-keys', body: '{}' }, '`body.algorithm` is missing; expected one of'],
    ['is a part', { parent: 'a' }, '`parent` does not fit the body; expected `null`'],
    ['has an alias', { aliases: ['a'] }, '`aliases` does not fit the body; expected `[]`'],
    ['is no part', { collection: 'ngc.policies' }, '`parent` is not valid; expected a string, got null'],
  ])('says what is wrong where one %s', ([, changes, expected]) => {
    const found = check(row(changes));

    expect(expected === null ? found : found?.slice(0, expected.length)).toBe(expected);
  });
});
