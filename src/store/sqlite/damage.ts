import type { Database } from 'better-sqlite3';

/** What a check of every page found wrong with a database; null if nothing. */
export function damageOf(database: Database): string | null {
  const [health = ''] = String(database.pragma('quick_check(1)', { simple: true })).split('\n');
  return health === 'ok' ? null : health;
}

/** A row whose lists or content are no JSON; null if there is none. Pages that are in order may hold such rows. */
export function damagedRowOf(database: Database): string | null {
  const isThere = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'objects'`).get() !== undefined;
  if (!isThere) return null;
  const [found] = database
    .prepare<[], { readonly id: string; readonly collection: string }>(
      `SELECT collection, id FROM objects WHERE NOT (json_valid(body) AND json_valid(coalesce(aliases, '[]'))
       AND json_valid(coalesce(labels, '[]')) AND json_valid(coalesce(shared, '[]'))) LIMIT 1`,
    )
    .all();
  return found === undefined ? null : `the row \`${found.id}\` of \`${found.collection}\` is not valid JSON`;
}
