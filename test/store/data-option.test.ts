import { describe, expect, it } from 'vitest';
import { checkDataOption, isInMemory, isPostgresUrl, redactData } from '../../src/store/data-option.ts';
import { parseLocation } from '../../src/store/postgres/location.ts';

describe('the value of `--data`', () => {
  it('is a database if it is a PostgreSQL URL, and otherwise a file', () => {
    const values = ['postgres://a/b', 'postgresql://a/b', 'POSTGRES://a/b', 'mock.db', './postgres', 'postgres.db'];
    expect(values.map(isPostgresUrl)).toEqual([true, true, true, false, false, false]);
  });

  it('is memory if SQLite would open it in memory', () => {
    const memory = [
      ':memory:',
      ':MEMORY:',
      'file::memory:',
      'file::memory:?cache=shared',
      'file:a?cache=shared&mode=memory',
    ];
    expect(memory.filter((data) => !isInMemory(data))).toEqual([]);
    const files = [
      'memory',
      './:memory:',
      ':memory',
      ':memory:.db',
      'file:a',
      'file:a?mode=memoryless',
      'a?mode=memory',
    ];
    expect(files.filter(isInMemory)).toEqual([]);
  });

  it.each([
    ...[
      './:memory:',
      'mock.db',
      'data/mock.db',
      '/var/lib/mock.db',
      './a:b.db',
      '../x',
      'C:\\mock.db',
      'C:/mock.db',
      'c:mock.db',
    ],
    ...['postgres', 'postgres/mock.db', ' mock.db', 'mock@home.db', 'a b', ''],
    ...['postgres://a/b', 'postgresql://ada:secret@db/mock?schema=team', 'postgres://db:5432/mock?password=s@cret'],
    ...['postgres://ada:%2Fsecret@db/mock', 'postgres://ada:s@cret@db/mock', 'postgres://db/mock?sslrootcert=/a/b'],
  ])('can be %j', (data) => {
    expect(checkDataOption(data)).toBeNull();
  });

  it.each([
    ['mysql://ada:secret@db.test/mock', '`mysql://`'],
    ['file:///tmp/mock.db', '`file://`'],
    ['postgress://ada:secret@db/mock', '`postgress://`'],
    ['postgres:ada:secret@db/mock', 'mistyped'],
    ['postgresql//ada:secret@db/mock', 'mistyped'],
    [' postgres://ada:secret@db/mock', 'mistyped'],
    ['"postgres://ada:secret@db/mock"', 'mistyped'],
    ['//ada:secret@db/mock', 'mistyped'],
    ['ada:secret@db/mock', 'mistyped'],
    ['jdbc:postgresql://db/mock?password=secret', 'mistyped'],
    ['postgres;//ada:secret@db/mock', 'mistyped'],
    ['data/postgres://ada:secret@db/mock', 'mistyped'],
    ['postgres.//db/mock', 'mistyped'],
    ['pgsql.//secret@db/mock', 'mistyped'],
    ['postgres./ada:secret@db/mock', 'mistyped'],
    ['data/postgres//ada:1/secret@db/mock', 'mistyped'],
    ['a:secret@db/mock', 'mistyped'],
    ['db/mock?token=secret', 'mistyped'],
    ['host=db user=ada password = secret', 'mistyped'],
    ['Server=db;Pwd=secret', 'mistyped'],
    [':memory', '`:memory:`'],
    [':memory:.db', '`:memory:`'],
    ['memory:', '`:memory:`'],
    ['sqlite::memory:', '`:memory:`'],
    ['sqlite://:memory:', '`:memory:`'],
    ['mock.db ', 'white space'],
    [' ', 'white space'],
    ['postgres://ada:1/secret@db/mock', '%2F'],
    ['postgres://ada:1?secret@db/mock', '%3F'],
    ['postgres://ada:1#secret@db/mock', '%23'],
  ])('is rejected, without its password in the message: %j', (data, expected) => {
    expect(checkDataOption(data)).toContain(expected);
    expect(checkDataOption(data)).not.toContain('secret');
  });

  it.each(['schema', 'sslmode'])('is rejected with a bad `%s`, without the password in the message', async (name) => {
    const data = `postgres://ada@db/mock?${name}=team?password=secret`;
    await expect(parseLocation(data)).rejects.toThrow(/`(?:sslmode=)?\.\.\.`/);
  });

  it('is redacted', () => {
    expect(redactData('data/mock.db')).toBe('data/mock.db');
    expect(redactData('postgres://ada:secret@db.test:5433/mock?schema=team&sslmode=require&password=secret')).toBe(
      'postgres://ada@db.test:5433/mock?schema=team',
    );
    expect(redactData('postgres://db.test/mock')).toBe('postgres://db.test/mock');
    expect(redactData('postgres://ada:secret@db.test:99999/mock')).toBe('postgres://...');
  });
});
