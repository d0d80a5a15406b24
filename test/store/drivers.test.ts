import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, vi } from 'vitest';
import { UserError } from '../../src/lib/errors.ts';
import { BETTER_SQLITE3 } from '../../src/store/sqlite/better-sqlite3.ts';
import { inTransaction, readErrorCode, readPragma, type SqliteDriver } from '../../src/store/sqlite/driver.ts';
import { checkVersion, findDriverFault, loadDriver } from '../../src/store/sqlite/drivers.ts';
import { loadNodeSqlite } from '../../src/store/sqlite/node-sqlite.ts';
import { closeDatabase, openDatabase } from '../../src/store/sqlite/open.ts';
import { it } from '../support/in-folder.ts';

const nodeSqlite = loadNodeSqlite();
const DRIVERS: readonly SqliteDriver[] = [BETTER_SQLITE3, ...(nodeSqlite === null ? [] : [nodeSqlite])];

/** Returns the error that a call throws. */
function catchError(call: () => unknown): unknown {
  try {
    call();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe.each(DRIVERS)('$name', (driver) => {
  it('opens a file by its name, and reads its data', ({ folder }) => {
    const path = join(folder, 'some.db');
    const file = driver.open(path);
    file.exec('CREATE TABLE numbers (number INTEGER) STRICT; PRAGMA user_version = 7');
    inTransaction(file, 'IMMEDIATE', () => file.prepare('INSERT INTO numbers VALUES (@number)').run({ number: 7 }));
    file.close();
    const again = driver.open(path);

    expect(
      again
        .prepare('SELECT number FROM numbers')
        .all()
        .map((row) => Object(row).number),
    ).toEqual([7]);
    expect(readPragma(again, 'user_version')).toBe(7);
    again.close();
  });

  it('rolls back a failed transaction', ({ folder }) => {
    const file = driver.open(join(folder, 'some.db'));
    file.exec('CREATE TABLE numbers (number INTEGER) STRICT');
    const failing = () =>
      inTransaction(file, 'IMMEDIATE', () => {
        file.exec('INSERT INTO numbers VALUES (7)');
        throw new Error('no');
      });

    expect(failing).toThrow('no');
    expect(file.prepare('SELECT number FROM numbers').all()).toEqual([]);
    file.close();
  });

  it.skipIf(process.platform === 'win32')('creates a data file that only its owner can read', ({ folder }) => {
    const path = join(folder, 'mock.db');
    const before = process.umask(0);
    try {
      const { database } = openDatabase(path, driver);
      database.exec('CREATE TABLE numbers (number INTEGER)');
      const modes = ['', '-wal'].map((end) => (statSync(path + end).mode & 0o777).toString(8));
      closeDatabase(database);

      expect(modes).toEqual(['600', '600']);
    } finally {
      process.umask(before);
    }
  });

  it.skipIf(process.platform === 'win32')('keeps the mode of an existing data file', ({ folder }) => {
    const path = join(folder, 'mock.db');
    writeFileSync(path, '', { mode: 0o640 });
    closeDatabase(openDatabase(path, driver).database);

    expect((statSync(path).mode & 0o777).toString(8)).toBe('640');
  });

  it('reports faults by SQLite codes', ({ folder }) => {
    expect(readErrorCode(catchError(() => driver.open(folder)))).toMatch(/^SQLITE_CANTOPEN/);
    const [first, second] = [driver.open(join(folder, 'some.db')), driver.open(join(folder, 'some.db'))];
    first.exec('PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE numbers (number INTEGER)');
    expect(
      readErrorCode(catchError(() => second.exec('PRAGMA busy_timeout = 0; CREATE TABLE others (number INTEGER)'))),
    ).toMatch(/^SQLITE_BUSY/);
    first.close();
    second.close();
  });
});

describe('loadDriver', () => {
  it('returns better-sqlite3 if it works', async () => {
    expect((await loadDriver(() => null)).name).toBe('better-sqlite3');
  });

  it.for([
    ['was never compiled', { tries: ['build/better_sqlite3.node'] }, /was installed without its binary.*npm rebuild/],
    [
      'was built for another Node',
      { code: 'ERR_DLOPEN_FAILED' },
      /has a binary that Node \S+ cannot load.*npm rebuild/,
    ],
    ['is not installed', { code: 'ERR_MODULE_NOT_FOUND' }, /is not installed.*npm install better-sqlite3/],
  ] as const)(
    'returns the driver of Node, or else rejects with a remedy, if the binary %s',
    async ([, fault, reported]) => {
      const open = vi.spyOn(BETTER_SQLITE3, 'open').mockImplementation(() => {
        throw Object.assign(new Error('said the module'), fault);
      });
      const other: SqliteDriver = { name: 'another', open };
      try {
        expect(await loadDriver(() => other)).toBe(other);
        await expect(loadDriver(() => null)).rejects.toThrow(UserError);
        await expect(loadDriver(() => null)).rejects.toThrow(reported);
      } finally {
        open.mockRestore();
      }
    },
  );

  it('rejects a version that requires a newer Node', () => {
    const createManifest = (node: string) => ({ version: '13.2.0', engines: { node } });

    expect(checkVersion(createManifest('>=22'), '20.19.0')).toEqual({
      what: 'is installed as 13.2.0, which needs Node 22 or newer',
      remedy: expect.stringContaining('npm install better-sqlite3@12'),
    });
    for (const manifest of [createManifest('>=20'), createManifest('20.x || 22.x'), { version: '12.0.0' }, null]) {
      expect(checkVersion(manifest, '20.19.0')).toBeNull();
    }
  });

  it('rethrows any other error', async () => {
    const fault = new Error('something else');
    const open = vi.spyOn(BETTER_SQLITE3, 'open').mockImplementation(() => {
      throw fault;
    });
    await expect(loadDriver()).rejects.toBe(fault);
    open.mockRestore();
    expect(findDriverFault(fault)).toBeNull();
  });
});

it('readErrorCode returns the SQLite code of errors of every driver, and an empty code for other errors', () => {
  const ofOtherCopy = Object.assign(new Error('disk I/O error'), { name: 'SqliteError', code: 'SQLITE_IOERR_READ' });
  const ofNode = Object.assign(new Error('disk full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });

  expect(readErrorCode(ofOtherCopy)).toBe('SQLITE_IOERR_READ');
  expect(readErrorCode(new Database.SqliteError('full', 'SQLITE_FULL'))).toBe('SQLITE_FULL');
  expect(readErrorCode(ofNode)).toBe('SQLITE_FULL');
  expect(readErrorCode({ code: 'ERR_SQLITE_ERROR', errcode: 1 })).toBe('SQLITE_ERROR');
  for (const other of [null, undefined, 'SqliteError', Object.assign(new Error('no file'), { code: 'ENOENT' })]) {
    expect(readErrorCode(other)).toBe('');
  }
});

it('loading node:sqlite suppresses only its experimental warning', () => {
  const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  loadNodeSqlite();
  process.emitWarning('something else');
  expect(emitWarning.mock.calls).toEqual([['something else']]);
  emitWarning.mockRestore();
});
