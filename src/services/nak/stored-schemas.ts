import { bodySchema, INSTANT } from '../../definitions/json-schema.ts';
import { rowSchema, type StoredSchemas } from '../../store/row-schema.ts';
import { KEY_OWNERS, type KeyOwner, ownerRow } from './issued.ts';

const OWNER = bodySchema<KeyOwner>({ status: { enum: ['ACTIVE', 'SUSPENDED'] }, statusUpdatedAt: INSTANT });

export const STORED_SCHEMAS: StoredSchemas = {
  rows: [rowSchema(KEY_OWNERS, OWNER, ({ id, body }) => ownerRow(id, body))],
};
