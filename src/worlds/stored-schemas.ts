import { bodySchema, INSTANT, listSchema, objectSchema, TEXT } from '../definitions/json-schema.ts';
import { createRowSchema, type StoredSchemas } from '../store/row-schema.ts';
import { createSeedRow, SEEDS, type StoredSeed } from '../store/seed.ts';
import { createSettingRow, SETTINGS } from '../store/settings.ts';
import { SIGNING_ALGORITHMS } from '../tokens/keys.ts';
import { CLOCK_SETTING } from './clock.ts';
import { KEYS_SETTING } from './signing-keys.ts';

const SEED = bodySchema<StoredSeed>({ fingerprint: TEXT, origin: { enum: ['built-in', 'file'] }, text: TEXT });

const CLOCK = { anyOf: [objectSchema({ ahead: INSTANT }), objectSchema({ frozenAt: INSTANT })] };

const KEY = { type: 'object' };
const KEYS = objectSchema({
  algorithm: { enum: SIGNING_ALGORITHMS },
  current: KEY,
  retired: listSchema(objectSchema({ jwk: KEY, until: INSTANT })),
});

/** The schemas of what a world stores besides the objects of services. */
export const STORED_SCHEMAS: StoredSchemas = {
  rows: [
    createRowSchema(SEEDS, SEED, ({ body }) => createSeedRow(body)),
    createRowSchema(SETTINGS, TEXT, ({ id, body }) => createSettingRow(id, body)),
  ],
  settings: { [CLOCK_SETTING]: { json: CLOCK }, [KEYS_SETTING]: { json: KEYS } },
};
