import type { PermissionRow } from '../../../core/rule.ts';
import type { RowIn, Section } from '../../../core/sections.ts';

/** Permissions on the keys of an organisation. */
export const PERMISSION_SECTIONS = [
  {
    source: 'account pages: owners manage service keys; the id is ours',
    certainty: 'inferred',
    rows: { 'keys:manage': { label: 'Manage keys' } },
  },
] as const satisfies readonly Section<PermissionRow, 'id'>[];

export type Permission = RowIn<'id', (typeof PERMISSION_SECTIONS)[number]>['id'];
