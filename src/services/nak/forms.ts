import { bodySchema, INSTANT } from '../../definitions/json-schema.ts';
import { type KeptForms, rowForm } from '../../store/row-form.ts';
import { KEY_OWNERS, type KeyOwner, ownerRow } from './issued.ts';

const OWNER = bodySchema<KeyOwner>({ status: { enum: ['ACTIVE', 'SUSPENDED'] }, statusUpdatedAt: INSTANT });

export const FORMS: KeptForms = { rows: [rowForm(KEY_OWNERS, OWNER, ({ id, body }) => ownerRow(id, body))] };
