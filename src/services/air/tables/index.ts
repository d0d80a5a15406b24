import { layOut } from '../../../contract/sections.ts';
import { OPERATION_SECTIONS } from './operations.ts';
import { DSX_ROLE_SECTIONS, ROLE_SECTIONS } from './roles.ts';
import { SCOPE_SECTIONS } from './scopes.ts';

export { REMEDIES } from './remedies.ts';
export type { AirResource, AirRule } from './resource.ts';
export { type LiteralTable, RESOURCES } from './resources.ts';

export const OPERATIONS = layOut('id', OPERATION_SECTIONS);
export const ROLES = layOut('name', ROLE_SECTIONS);
export const DSX_ROLES = layOut('name', DSX_ROLE_SECTIONS);
export const SCOPES = layOut('id', SCOPE_SECTIONS);
