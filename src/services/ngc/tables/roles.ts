import type { RowIn, Section } from '../../../contract/sections.ts';
import type { PermissionRow, RoleRow } from '../../../decisions/rule.ts';

export const PERMISSION_SECTIONS = [
  {
    source: 'account pages: owners manage service keys; the id is ours',
    certainty: 'inferred',
    rows: { 'keys:manage': { label: 'Manage keys' } },
  },
  {
    source: 'users generate their personal keys; the id is ours',
    certainty: 'inferred',
    ofEveryUser: true,
    rows: { 'keys:own': { label: "Manage one's own personal keys" } },
  },
  {
    source: 'users may read their own NGC user; the id is ours',
    certainty: 'inferred',
    ofEveryUser: true,
    rows: { 'user:read': { label: "Read one's own user" } },
  },
] as const satisfies readonly Section<PermissionRow, 'id'>[];

export type Permission = RowIn<'id', (typeof PERMISSION_SECTIONS)[number]>['id'];

/** Roles in an organisation, by published id. */
export const ROLE_SECTIONS = [
  {
    source: 'role id seen in published responses; that it manages keys is inferred',
    certainty: 'inferred',
    rows: { ORG_OWNER: { permissions: ['keys:manage'] } },
  },
] as const satisfies readonly Section<RoleRow<Permission>, 'name'>[];
