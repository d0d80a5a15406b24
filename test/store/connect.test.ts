/** Breaks with: src/store/sqlite/connect.ts */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { Unusable } from '../../src/core/unusable.ts';
import { codeOf, connectDatabase } from '../../src/store/sqlite/connect.ts';
import { it } from '../support/in-folder.ts';

/** What a call throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

/** A driver whose binary throws on every use; the types of the driver know only paths of binaries. */
function failingWith(fault: object): Database.Options {
  const nativeBinding = {
    isInitialized: true,
    get Database(): never {
      throw fault;
    },
  };
  return Object({ nativeBinding });
}

describe('a database', () => {
  it('is opened by the name of its file', ({ folder }) => {
    const path = join(folder, 'some.db');
    const file = connectDatabase(path);
    file.exec('CREATE TABLE numbers (number INTEGER); INSERT INTO numbers VALUES (7)');
    file.close();
    const again = connectDatabase(path);

    expect(again.prepare('SELECT number FROM numbers').pluck().all()).toEqual([7]);
    again.close();
  });

  it('that cannot be opened is told in the words of SQLite, by a code', ({ folder }) => {
    const thrown = thrownBy(() => connectDatabase(folder));

    expect(thrown).toMatchObject({ name: 'SqliteError' });
    expect(codeOf(thrown)).toMatch(/^SQLITE_CANTOPEN/);
  });
});

describe('a binary', () => {
  it('that was never installed is told with what to do', () => {
    const fault = Object.assign(new Error('Could not locate the bindings file'), {
      tries: ['build/better_sqlite3.node'],
    });
    const open = () => connectDatabase(':memory:', failingWith(fault));

    expect(open).toThrow(Unusable);
    expect(open).toThrow(/was installed without its binary.*Run `npm rebuild better-sqlite3/);
  });

  it('that this Node cannot load is told with what to do', async ({ folder }) => {
    const path = join(folder, 'some.node');
    await writeFile(path, 'This is no binary.\n');
    const open = () => connectDatabase(':memory:', { nativeBinding: path });

    expect(open).toThrow(Unusable);
    expect(open).toThrow(new RegExp(`has a binary that Node ${process.versions.node} cannot load \\(.*npm rebuild`));
  });

  it('that fails in another way throws what it throws', () => {
    const fault = new Error('something else');

    expect(thrownBy(() => connectDatabase(':memory:', failingWith(fault)))).toBe(fault);
  });
});

it('the code of a fault is told whichever copy of the driver made it, and of nothing else', () => {
  const ofOtherCopy = Object.assign(new Error('disk I/O error'), { name: 'SqliteError', code: 'SQLITE_IOERR_READ' });

  expect(codeOf(ofOtherCopy)).toBe('SQLITE_IOERR_READ');
  expect(codeOf(new Database.SqliteError('full', 'SQLITE_FULL'))).toBe('SQLITE_FULL');
  for (const other of [null, undefined, 'SqliteError', Object.assign(new Error('no file'), { code: 'ENOENT' })]) {
    expect(codeOf(other)).toBe('');
  }
});
