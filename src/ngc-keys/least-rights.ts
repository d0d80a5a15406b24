import type { ServiceDefinition } from '../contract/service.ts';
import { leastPolicy } from './least-policy.ts';
import { leastRoles } from './least-roles.ts';

/** The least rights of a key in the services that it used: a policy, or the roles of its user. */
export const leastRightsOfKey: NonNullable<ServiceDefinition['leastRights']> = async (_world, ofPrincipal) =>
  ofPrincipal.principal.kind === 'personal-key' ? leastRoles(ofPrincipal) : leastPolicy(ofPrincipal);
