import type { RoleRow } from '../../../core/rule.ts';
import type { Permission } from './permissions.ts';

/** Roles in an organisation, by their published ids. */
export const ROLES = [
  {
    name: 'ORG_OWNER',
    permissions: ['keys:manage'],
    source: 'role id seen in published answers; that it manages keys is inferred',
    certainty: 'inferred',
  },
] as const satisfies readonly RoleRow<Permission>[];
