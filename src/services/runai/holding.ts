import type { ServiceCallers } from '../../contract/service.ts';
import { Problem } from '../../decisions/problem.ts';
import { heldRightsOfRoles } from './access-rules.ts';
import { rolesOf } from './roles.ts';
import { tenantIdOf } from './tenant.ts';

/** Simulates an identity that has these roles in the whole tenant, and no other access rules. */
export const holding: NonNullable<ServiceCallers['holding']> = {
  kinds: ['application'],
  roles: async (world) => [...(await rolesOf(world)).values()].map(({ name }) => name),
  caller: async (world, held, caller) => {
    if ('policy' in held) {
      throw new Problem(
        'invalid_request',
        'Field `holding.scopes` must be omitted: in Run:ai, all rights come from `roles`.',
      );
    }
    const tenant = await tenantIdOf(world);
    const heldRights = heldRightsOfRoles(held.roles, await rolesOf(world), tenant);
    return {
      principal: caller?.principal ?? { kind: 'user', id: 'simulated', name: 'simulated', tenant },
      heldRights,
    };
  },
};
