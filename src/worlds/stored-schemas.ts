import { bodySchema, INSTANT, list, object, TEXT } from '../definitions/json-schema.ts';
import { rowSchema, type StoredSchemas } from '../store/row-schema.ts';
import { SEEDS, type StoredSeed, seedRow } from '../store/seed.ts';
import { SETTINGS, settingRow } from '../store/settings.ts';
import { SIGNING_ALGORITHMS } from '../tokens/keys.ts';
import { CLOCK_SETTING } from './clock.ts';
import { KEYS_SETTING } from './signing-keys.ts';

const SEED = bodySchema<StoredSeed>({ fingerprint: TEXT, origin: { enum: ['built-in', 'file'] }, text: TEXT });

const CLOCK = { anyOf: [object({ ahead: INSTANT }), object({ frozenAt: INSTANT })] };

const KEY = { type: 'object' };
const KEYS = object({
  algorithm: { enum: SIGNING_ALGORITHMS },
  current: KEY,
  retired: list(object({ jwk: KEY, until: INSTANT })),
});

/** The schemas of what a world stores besides the objects of services. */
export const STORED_SCHEMAS: StoredSchemas = {
  rows: [
    rowSchema(SEEDS, SEED, ({ body }) => seedRow(body)),
    rowSchema(SETTINGS, TEXT, ({ id, body }) => settingRow(id, body)),
  ],
  settings: { [CLOCK_SETTING]: { json: CLOCK }, [KEYS_SETTING]: { json: KEYS } },
};
