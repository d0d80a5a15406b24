import { BOOLEAN, bodySchema, nullable, TEXT, TEXTS } from '../../../definitions/json-schema.ts';
import { createRowSchema, type StoredSchemas } from '../../../store/row-schema.ts';
import { createModelRow, MODELS, type Model } from './models.ts';

const MODEL = bodySchema<Model>({
  functionId: TEXT,
  paths: { ...TEXTS, minItems: 1 },
  offline: nullable(TEXT),
  endOfLife: { ...nullable(TEXT), pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(Z|[+-]\\d\\d:\\d\\d)$' },
  accounts: nullable(TEXTS),
  isSymmetric: BOOLEAN,
  takesSingleToolCalls: BOOLEAN,
});

/** The schemas of everything that the catalogue stores. */
export const STORED_SCHEMAS: StoredSchemas = {
  rows: [createRowSchema(MODELS, MODEL, ({ id, body }) => createModelRow(id, body))],
};
