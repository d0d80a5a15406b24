import type { DecisionHelp } from '../contract/service.ts';
import { findLeastPolicy } from './least-policy.ts';
import { findLeastRoles } from './least-roles.ts';
import { actsAsUser } from './principal.ts';

/** Finds the least rights of a key or a user in the services used: a policy, or the roles of the user. */
export const findLeastRightsOfKey: NonNullable<DecisionHelp['leastRights']> = async (_world, principalUses) =>
  actsAsUser(principalUses.principal) ? findLeastRoles(principalUses) : findLeastPolicy(principalUses);
