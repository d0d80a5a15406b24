import { tableOf } from '../../../core/sections.ts';
import { GRANT_TYPE_SECTIONS } from './grant-types.ts';
import { OPERATION_SECTIONS } from './operations.ts';
import { PERMISSION_SET_SECTIONS } from './permission-sets.ts';
import { PERMISSION_SECTIONS } from './permissions.ts';
import { RESOURCE_TYPE_SECTIONS } from './resource-types.ts';
import { ROLE_SECTIONS_2_19, ROLE_SECTIONS_2_24 } from './roles.ts';
import { RULE_SECTIONS } from './rules.ts';
import { SCOPE_TYPE_SECTIONS } from './scope-types.ts';

export type { GrantTypeRow, TokenEndpoint } from './grant-types.ts';
export type { PermissionSetRow } from './permission-sets.ts';
export type { OfProfiles, Profile } from './profiles.ts';
export { REMEDIES } from './remedies.ts';
export type { PredefinedRole } from './roles.ts';
export type { ScopeType } from './scope-types.ts';

export const GRANT_TYPES = tableOf('grantType', GRANT_TYPE_SECTIONS);
export const OPERATIONS = tableOf('id', OPERATION_SECTIONS);
export const PERMISSION_SETS = tableOf('name', PERMISSION_SET_SECTIONS);
export const PERMISSIONS = tableOf('id', PERMISSION_SECTIONS);
export const RESOURCE_TYPES = tableOf('id', RESOURCE_TYPE_SECTIONS);
export const ROLES_2_19 = tableOf('name', ROLE_SECTIONS_2_19);
export const ROLES_2_24 = tableOf('name', ROLE_SECTIONS_2_24);
export const RULES = tableOf('id', RULE_SECTIONS);
export const SCOPE_TYPES = tableOf('id', SCOPE_TYPE_SECTIONS);
