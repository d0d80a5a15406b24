import type { SqliteDatabase, SqliteDriver } from './driver.ts';

/** The part of `node:sqlite` in use here (https://nodejs.org/api/sqlite.html). */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => SqliteDatabase;
}

/** Returns the driver of Node 22.13 and newer; null for an older Node. */
export function loadNodeSqlite(): SqliteDriver | null {
  const module = runWithoutWarning(() => process.getBuiltinModule?.('node:sqlite') as NodeSqlite | undefined);
  if (module === undefined) return null;
  return { name: 'node:sqlite', open: (path) => new module.DatabaseSync(path) };
}

/** Suppresses Node's warning that the module is experimental, because users cannot do anything about it. */
function runWithoutWarning<Loaded>(load: () => Loaded): Loaded {
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
