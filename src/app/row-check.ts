import { TEXT } from '../definitions/json-schema.ts';
import type { RowCheck } from '../seed/check-rows.ts';
import { loadSchemas } from '../services/index.ts';
import type { StoredSchemas } from '../store/row-schema.ts';

/** The setting with the SHA-256 of the file that a world was created from. */
export const SOURCE_SNAPSHOT_SETTING = 'snapshot';

const APP_SCHEMAS: StoredSchemas = { rows: [], settings: { [SOURCE_SNAPSHOT_SETTING]: { text: TEXT } } };

/** Loads the check for rows from outside. Loaded on demand, because few servers need it. */
export async function loadRowCheck(): Promise<RowCheck> {
  const [{ createRowCheck }, { STORED_SCHEMAS: ofWorlds }, ofServices] = await Promise.all([
    import('../seed/check-rows.ts'),
    import('../worlds/stored-schemas.ts'),
    loadSchemas(),
  ]);
  return createRowCheck([ofWorlds, APP_SCHEMAS, ...ofServices]);
}
