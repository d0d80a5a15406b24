import type { ServiceCallers } from '../../contract/service.ts';
import { Problem } from '../../decisions/problem.ts';
import { combineRightsOfRoles } from './access-rules.ts';
import { readRoles } from './roles.ts';
import { readTenantId } from './tenant.ts';

/** Simulates a caller that has these roles in the whole tenant, and no other access rules. */
export const roleSimulation: NonNullable<ServiceCallers['hypothetical']> = {
  roles: async (world) => [...(await readRoles(world)).values()].map(({ name }) => name),
  caller: async (world, rights, caller) => {
    if ('policy' in rights) {
      throw new Problem(
        'invalid_request',
        'Field `held.scopes` must be omitted: in Run:ai, all rights come from `roles`.',
      );
    }
    const tenant = await readTenantId(world);
    const held = combineRightsOfRoles(rights.roles, await readRoles(world), tenant);
    return {
      principal: caller?.principal ?? { kind: 'user', id: 'simulated', name: 'simulated', tenant },
      held,
    };
  },
};
