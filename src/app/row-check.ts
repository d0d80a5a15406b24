import { TEXT } from '../definitions/json-schema.ts';
import type { RowCheck } from '../seed/check-rows.ts';
import { loadForms } from '../services/index.ts';
import type { KeptForms } from '../store/row-form.ts';

/** The setting with the SHA-256 of the file that a world was created from. */
export const BEGAN_WITH = 'snapshot';

const OF_APP: KeptForms = { rows: [], settings: { [BEGAN_WITH]: { text: TEXT } } };

/** Loads the check for rows from outside. Loaded on demand, because few servers need it. */
export async function loadRowCheck(): Promise<RowCheck> {
  const [{ createRowCheck }, { FORMS }, ofServices] = await Promise.all([
    import('../seed/check-rows.ts'),
    import('../worlds/forms.ts'),
    loadForms(),
  ]);
  return createRowCheck([FORMS, OF_APP, ...ofServices]);
}
