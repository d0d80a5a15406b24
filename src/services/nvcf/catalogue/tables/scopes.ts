import type { PermissionRow } from '../../../../decisions/rule.ts';
import type { RowIn, Section } from '../../../../definitions/sections.ts';

/** What a key needs to call a model. */
export const SCOPE_SECTIONS = [
  {
    source:
      'service-keys page, for service keys; that the service of a personal key is enough is reported in public issues',
    certainty: 'observed',
    ofEveryUser: true,
    rows: { invoke_function: { label: 'Invoke Function' } },
  },
] as const satisfies readonly Section<PermissionRow, 'id'>[];

export type Scope = RowIn<'id', (typeof SCOPE_SECTIONS)[number]>['id'];
