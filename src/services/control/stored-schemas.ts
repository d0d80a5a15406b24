import { INSTANT, objectSchema, TEXT } from '../../definitions/json-schema.ts';
import { createRowSchema, type StoredSchemas } from '../../store/row-schema.ts';
import { createSetupRow, SETUPS } from './state-undo.ts';

const UNDO = objectSchema({ kind: { enum: ['key', 'fault', 'world'] }, id: TEXT, createdAt: INSTANT }, ['createdAt']);

export const STORED_SCHEMAS: StoredSchemas = {
  rows: [createRowSchema(SETUPS, UNDO, ({ id, body }) => createSetupRow(id, body))],
};
