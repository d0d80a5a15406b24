import type { RowIn, Section } from '../../../../contract/sections.ts';
import type { PermissionRow } from '../../../../decisions/rule.ts';

/** The scope that a service key needs to call a model. */
export const SCOPE_SECTIONS = [
  {
    source: 'service-keys page, for service keys; public issues report that personal keys need only the service',
    certainty: 'observed',
    ofEveryUser: true,
    rows: { invoke_function: { label: 'Invoke Function' } },
  },
] as const satisfies readonly Section<PermissionRow, 'id'>[];

export type Scope = RowIn<'id', (typeof SCOPE_SECTIONS)[number]>['id'];
