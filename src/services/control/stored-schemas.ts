import { INSTANT, object, TEXT } from '../../definitions/json-schema.ts';
import { rowSchema, type StoredSchemas } from '../../store/row-schema.ts';
import { SETUPS, setupRow } from './state-undo.ts';

const UNDO = object({ kind: { enum: ['key', 'fault', 'world'] }, id: TEXT, createdAt: INSTANT }, ['createdAt']);

export const STORED_SCHEMAS: StoredSchemas = { rows: [rowSchema(SETUPS, UNDO, ({ id, body }) => setupRow(id, body))] };
