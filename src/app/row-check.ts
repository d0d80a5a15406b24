import { TEXT } from '../definitions/json-schema.ts';
import type { RowCheck } from '../seed/check-rows.ts';
import { loadForms } from '../services/index.ts';
import type { KeptForms } from '../store/row-form.ts';

/** The setting with the SHA-256 of the file that a world began with. */
export const BEGAN_WITH = 'snapshot';

const OF_APP: KeptForms = { rows: [], settings: { [BEGAN_WITH]: { text: TEXT } } };

/** The check of rows from outside. It is loaded on demand, because few servers are given any. */
export async function loadRowCheck(): Promise<RowCheck> {
  const [{ rowCheckOf }, { FORMS }, ofServices] = await Promise.all([
    import('../seed/check-rows.ts'),
    import('../worlds/forms.ts'),
    loadForms(),
  ]);
  return rowCheckOf([FORMS, OF_APP, ...ofServices]);
}
