import type { Operations } from '../../../contract/request.ts';
import type { HeldRights } from '../../../decisions/policy.ts';
import { profileOf } from '../rulesets.ts';
import { readScopes } from '../scopes.ts';
import { type ACTIONS, groupHeldPermissions } from './roles.ts';

/** @param isRequested whether the request asks for this permission; otherwise all groups are empty */
function groupPermittedScopes(
  { rightsByRule = [] }: HeldRights,
  permission: string,
  isRequested: boolean,
  tenantId: string,
) {
  const scopes = rightsByRule
    .filter(({ permissions }) => isRequested && permissions.has(permission))
    .flatMap(({ resources }) => resources ?? []);
  const idsOfType = (type: string) => [
    ...new Set(scopes.filter((scope) => scope.type === type).flatMap((scope) => scope.ids ?? [])),
  ];
  const tenants = idsOfType('tenant');
  return {
    system: scopes.some(({ type }) => type === 'system'),
    // All ids are strings in this response, also those of tenants, which are numbers in all other responses.
    tenants,
    ...(tenants.includes(tenantId) && { tenant: tenantId }),
    clusters: idsOfType('cluster'),
    departments: idsOfType('department'),
    projects: idsOfType('project'),
  };
}

export const permissionOperations = {
  /** Returns the caller's permissions in any scope. */
  get_permissions: (context) => {
    const { permissions } = context.caller.held;
    return { status: 200, body: groupHeldPermissions(permissions, profileOf(context.settings)) };
  },
  get_permitted_scopes: async (context) => {
    const { resourceType, action } = context.body;
    const { tenantId } = await readScopes(context);
    const { held } = context.caller;
    const scopesFor = (name: (typeof ACTIONS)[number]) =>
      groupPermittedScopes(held, `${resourceType}:${name}`, (action ?? name) === name, tenantId);
    return {
      status: 200,
      body: {
        create: scopesFor('create'),
        read: scopesFor('read'),
        update: scopesFor('update'),
        delete: scopesFor('delete'),
      },
    };
  },
} satisfies Partial<Operations<'runai'>>;
