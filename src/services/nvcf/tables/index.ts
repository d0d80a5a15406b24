import { layOut } from '../../../contract/sections.ts';
import { NOT_EMULATED_SECTIONS } from './not-emulated.ts';
import { OPERATION_SECTIONS } from './operations.ts';
import { DOCUMENTED_TYPE_SECTIONS, OPEN_SOURCE_TYPE_SECTIONS } from './resource-types.ts';
import { ROLE_SECTIONS } from './roles.ts';
import { SCOPE_SECTIONS } from './scopes.ts';

export { type Action, ADDED, COVERS, type NvcfRule, type Part, type Reading, SOURCES } from './readings.ts';
export type { ResourceTypeId } from './resource-types.ts';
export { ACTIONS, REMEDIES } from './rules.ts';

export const NOT_EMULATED = layOut('path', NOT_EMULATED_SECTIONS);
export const OPERATIONS = layOut('id', OPERATION_SECTIONS);
export const DOCUMENTED_TYPES = layOut('id', DOCUMENTED_TYPE_SECTIONS);
export const OPEN_SOURCE_TYPES = layOut('id', OPEN_SOURCE_TYPE_SECTIONS);
export const ROLES = layOut('name', ROLE_SECTIONS);
export const SCOPES = layOut('id', SCOPE_SECTIONS);
