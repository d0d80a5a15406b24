import type { RoleRow } from '../../../core/rule.ts';
import type { Section } from '../../../core/sections.ts';
import type { Permission } from './permissions.ts';

/** Roles in an organisation, by their published ids. */
export const ROLE_SECTIONS = [
  {
    source: 'role id seen in published answers; that it manages keys is inferred',
    certainty: 'inferred',
    rows: { ORG_OWNER: { permissions: ['keys:manage'] } },
  },
] as const satisfies readonly Section<RoleRow<Permission>, 'name'>[];
