import { bodySchema, INSTANT } from '../../definitions/json-schema.ts';
import { createRowSchema, type StoredSchemas } from '../../store/row-schema.ts';
import { createOwnerRow, KEY_OWNERS, type KeyOwner } from './key-owners.ts';

const OWNER = bodySchema<KeyOwner>({ status: { enum: ['ACTIVE', 'SUSPENDED'] }, statusUpdatedAt: INSTANT });

export const STORED_SCHEMAS: StoredSchemas = {
  rows: [createRowSchema(KEY_OWNERS, OWNER, ({ id, body }) => createOwnerRow(id, body))],
};
