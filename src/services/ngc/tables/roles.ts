import type { Section } from '../../../contract/sections.ts';
import type { RoleRow } from '../../../decisions/rule.ts';
import type { Permission } from './permissions.ts';

/** Roles in an organisation, by published id. */
export const ROLE_SECTIONS = [
  {
    source: 'role id seen in published responses; that it manages keys is inferred',
    certainty: 'inferred',
    rows: { ORG_OWNER: { permissions: ['keys:manage'] } },
  },
] as const satisfies readonly Section<RoleRow<Permission>, 'name'>[];
