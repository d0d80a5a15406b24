import { layOut } from '../../../contract/sections.ts';
import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../decisions/rule.ts';
import { KEY_REMEDIES, USER_TOKEN_REMEDIES } from '../../ngc-keys/remedies.ts';
import { OPERATION_SECTIONS } from './operations.ts';
import { DSX_ROLE_SECTIONS, ROLE_SECTIONS } from './roles.ts';
import { SCOPE_SECTIONS } from './scopes.ts';

/** Remedies for refusals that changing the key cannot fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  ...USER_TOKEN_REMEDIES,
  missing_role: {
    kind: 'identity',
    text: 'use a personal key of a user with these roles; service keys have no roles',
  },
  foreign_object: { kind: 'identity', text: 'use a key of the organisation that owns the object' },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;

export type { AirResource, AirRule } from './resource.ts';
export { type LiteralTable, RESOURCES } from './resources.ts';

export const OPERATIONS = layOut('id', OPERATION_SECTIONS);
export const ROLES = layOut('name', ROLE_SECTIONS);
export const DSX_ROLES = layOut('name', DSX_ROLE_SECTIONS);
export const SCOPES = layOut('id', SCOPE_SECTIONS);
