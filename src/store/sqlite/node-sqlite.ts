import type { SqliteDatabase, SqliteDriver } from './driver.ts';

/** The used part of `node:sqlite` (https://nodejs.org/api/sqlite.html). */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => SqliteDatabase;
}

/** The driver that Node has from 22.13 on; null where it has none. */
export function nodeSqlite(): SqliteDriver | null {
  const found = withoutItsWarning(() => process.getBuiltinModule?.('node:sqlite') as NodeSqlite | undefined);
  if (found === undefined) return null;
  return { name: 'node:sqlite', open: (path) => new found.DatabaseSync(path) };
}

/** Loads the module without the warning that it is experimental, which users can do nothing about. */
function withoutItsWarning<Loaded>(load: () => Loaded): Loaded {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof emitWarning;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
