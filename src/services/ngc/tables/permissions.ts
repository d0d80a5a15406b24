import type { PermissionRow } from '../../../core/rule.ts';

/** What somebody may do with the keys of an organisation. */
export const PERMISSIONS = [
  {
    id: 'keys:manage',
    label: 'Manage keys',
    source: 'account pages: owners manage service keys; the id is ours',
    certainty: 'inferred',
  },
] as const satisfies readonly PermissionRow[];

export type Permission = (typeof PERMISSIONS)[number]['id'];
