import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../collections.ts';
import type { SqliteDriver } from './driver.ts';
import { SqliteLog } from './log.ts';
import { migrate } from './migrating.ts';
import { SCHEMA } from './schema.ts';

/** A data file with these rows, as bytes: it is written beside and read, because not every driver makes bytes. */
export function fileOf(rows: readonly Row[], driver: SqliteDriver): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'nv-auth-mock-'));
  try {
    const path = join(folder, 'mock.db');
    const database = driver.open(path);
    try {
      // Nobody reads it before it is whole.
      database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
      migrate(database, SCHEMA);
      const highest = rows.reduce((most, { revision }) => Math.max(most, revision), 1);
      const logged = rows.map((row, index) => ({ row, place: index + 1 }));
      new SqliteLog(database, null, 'default').replace(logged, highest);
    } finally {
      database.close();
    }
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
