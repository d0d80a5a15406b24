import type { Schema } from '../../contract/documented.ts';
import { rowsOfProfile } from '../../decisions/ruleset.ts';
import { type Profile, RESOURCE_TYPES } from './tables/index.ts';

/** The actions of permissions, in the order of responses. */
export const ACTIONS = ['create', 'read', 'update', 'delete'] as const;

type Permission = Schema<'runai', 'Permission'>;

/** Groups permissions by resource type. Includes the resource types of a profile without actions. */
export function groupPermissions(permissions: ReadonlySet<string>, profile: Profile): Permission[] {
  return rowsOfProfile(RESOURCE_TYPES, profile).map(({ id, displayName, groupId }) => ({
    resourceType: id,
    displayName,
    groupId,
    actions: ACTIONS.filter((action) => permissions.has(`${id}:${action}`)),
  }));
}

/** Groups permissions by resource type, without the resource types that have no actions. */
export function groupHeldPermissions(permissions: ReadonlySet<string>, profile: Profile): Permission[] {
  return groupPermissions(permissions, profile).filter(({ actions }) => actions.length > 0);
}
