import type { DecisionHelp } from '../contract/service.ts';
import { leastPolicy } from './least-policy.ts';
import { leastRoles } from './least-roles.ts';
import { actsAsUser } from './principal.ts';

/** Finds the least rights of a key or a user in the services used: a policy, or the roles of the user. */
export const leastRightsOfKey: NonNullable<DecisionHelp['leastRights']> = async (_world, ofPrincipal) =>
  actsAsUser(ofPrincipal.principal) ? leastRoles(ofPrincipal) : leastPolicy(ofPrincipal);
