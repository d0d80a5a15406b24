import type { DecisionHelp } from '../../contract/service.ts';
import { findLeastPolicy } from './least-policy.ts';
import { findLeastRoles } from './least-roles.ts';
import { actsAsUser } from './principal.ts';

/** As the policy of a service key and the roles of a personal key; all else is about the kind that was used. */
export const findLeastRightsOfKey: NonNullable<DecisionHelp['leastRights']> = async (_world, principalUses) => {
  const { principal } = principalUses;
  const hasRoles = actsAsUser(principal);
  const policy = findLeastPolicy(
    hasRoles ? { ...principalUses, principal: { ...principal, kind: 'service-key' } } : principalUses,
  );
  const roles = findLeastRoles(
    hasRoles ? principalUses : { ...principalUses, principal: { ...principal, kind: 'personal-key' } },
  );
  const { impossibleUses: _, ...rights } = hasRoles ? roles : policy;
  return {
    ...rights,
    smallest: { ...policy.smallest, ...roles.smallest, ...rights.smallest },
    impossible: { scopes: policy.impossibleUses, roles: roles.impossibleUses },
  };
};
