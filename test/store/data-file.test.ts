import { copyFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { WriteFailure } from '../../src/store/errors.ts';
import { DataFile } from '../../src/store/sqlite/data-file.ts';
import { it } from '../support/in-folder.ts';

/** Creates a small data file, and opens it. */
async function createDataFile(folder: string) {
  const path = join(folder, 'mock.db');
  await writeFile(path, 'x'.repeat(100));
  const file = new DataFile(path, () => {});
  expect(file.fault).toBeNull();
  return { path, file };
}

/** Changes of a file that is in use. */
const CHANGES: readonly [title: string, change: (path: string) => Promise<void>][] = [
  ['was removed', (path) => rm(path)],
  ['was truncated', (path) => truncate(path, 50)],
  [
    'was replaced by another file',
    async (path) => {
      await copyFile(path, `${path}.other`);
      await rename(`${path}.other`, path);
    },
  ],
];

describe('a data file in use', () => {
  it('has no fault while it grows', async ({ folder }) => {
    const { path, file } = await createDataFile(folder);
    await writeFile(path, 'x'.repeat(200));

    expect(file.fault).toBeNull();
  });

  it.for(CHANGES)('that %s has a fault with the cause and a remedy', async ([title, change], { folder }) => {
    const { path, file } = await createDataFile(folder);
    await change(path);

    expect(file.fault).toBe(
      `The data file ${path} ${title} while the server was using it, so nothing can be stored. ` +
        'Put the file back, or restart the server.',
    );
  });

  it('has no fault after it was put back', async ({ folder }) => {
    const { path, file } = await createDataFile(folder);
    await rename(path, `${path}.away`);
    expect(file.fault).not.toBeNull();
    await rename(`${path}.away`, path);

    expect(file.fault).toBeNull();
  });
});

it('a data file has a fault from a failed write until it can be written again', async ({ folder }) => {
  const path = join(folder, 'mock.db');
  await writeFile(path, 'x');
  let isFull = true;
  const throwIfFull = () => {
    if (isFull) throw new Database.SqliteError('full', 'SQLITE_FULL');
  };
  const file = new DataFile(path, throwIfFull);
  const write = () => file.write(throwIfFull);
  expect(write).toThrow(expect.objectContaining({ why: 'full' }));

  expect(file.fault).toContain('is full');
  expect(file.lost).toBeNull();
  isFull = false;
  await expect.poll(() => file.fault, { timeout: 5000 }).toBeNull();

  isFull = true;
  expect(write).toThrow(expect.objectContaining({ why: 'full' }));
  isFull = false;
  write();
  expect(file.fault).toBeNull();
});

describe('a write', () => {
  it('is accepted while the file exists, and rejected afterwards', async ({ folder }) => {
    const { path, file } = await createDataFile(folder);
    expect(file.write(() => 2)).toBe(2);
    await rm(path);

    const write = () => file.write(() => 2);
    expect(write).toThrow(WriteFailure);
    expect(write).toThrow(expect.objectContaining({ why: 'lost', message: file.lost }));
  });

  it.for([
    ['SQLITE_FULL', 'full', /disk.*is full.*Free some space/],
    ['SQLITE_IOERR_WRITE', 'failing', /cannot be written \(SQLITE_IOERR_WRITE\).*Check its disk/],
    ['SQLITE_CORRUPT', 'failing', /cannot be written \(SQLITE_CORRUPT\)/],
    ['SQLITE_READONLY', 'failing', /cannot be written \(SQLITE_READONLY\)/],
    ['SQLITE_NOTADB', 'failing', /cannot be written \(SQLITE_NOTADB\)/],
  ] as const)(
    'that fails with %s is rejected with a message about its cause',
    async ([code, why, message], { folder }) => {
      const { file } = await createDataFile(folder);
      const cause = new Database.SqliteError('said the driver', code);
      const write = () =>
        file.write(() => {
          throw cause;
        });

      expect(write).toThrow(WriteFailure);
      expect(write).toThrow(expect.objectContaining({ why, cause, message: expect.stringMatching(message) }));
    },
  );

  it('rethrows any other error', async ({ folder }) => {
    const { file } = await createDataFile(folder);
    for (const thrown of [new Error('a bug'), new Database.SqliteError('said the driver', 'SQLITE_CONSTRAINT')]) {
      const write = () =>
        file.write(() => {
          throw thrown;
        });

      expect(write).toThrow(thrown);
    }
  });
});
