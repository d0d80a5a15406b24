import { INSTANT, object, TEXT } from '../../definitions/json-schema.ts';
import { type KeptForms, rowForm } from '../../store/row-form.ts';
import { SETUPS, setupRow } from './state-undo.ts';

const UNDO = object({ kind: { enum: ['key', 'fault', 'world'] }, id: TEXT, createdAt: INSTANT }, ['createdAt']);

export const FORMS: KeptForms = { rows: [rowForm(SETUPS, UNDO, ({ id, body }) => setupRow(id, body))] };
