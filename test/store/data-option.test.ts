import { describe, expect, it } from 'vitest';
import { isPostgresUrl, otherScheme, shownData } from '../../src/store/data-option.ts';

describe('what `--data` names', () => {
  it('is a database if it is a URL of one, and otherwise a file', () => {
    const given = ['postgres://a/b', 'postgresql://a/b', 'POSTGRES://a/b', 'mock.db', './postgres', 'postgres.db'];
    expect(given.map(isPostgresUrl)).toEqual([true, true, true, false, false, false]);
  });

  it('is not a URL of anything else', () => {
    expect(
      ['mysql://ada:secret@db.test/mock', 'postgres://a/b', 'C:\\mock.db', 'data/mock.db'].map(otherScheme),
    ).toEqual(['mysql', ...[null, null, null]]);
  });

  it('is shown without a password', () => {
    expect(shownData('data/mock.db')).toBe('data/mock.db');
    expect(shownData('postgres://ada:secret@db.test:5433/mock?schema=team&sslmode=require&password=secret')).toBe(
      'postgres://ada@db.test:5433/mock?schema=team',
    );
    expect(shownData('postgres://db.test/mock')).toBe('postgres://db.test/mock');
    expect(shownData('postgres://ada:secret@db.test:99999/mock')).toBe('postgres://...');
  });
});
