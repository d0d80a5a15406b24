import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Context, Handler, Lookup, Operations } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { rowsOfProfile } from '../../../decisions/ruleset.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { Collision, rejectMissing } from '../../../store/errors.ts';
import { readRuleBook } from '../access-rules.ts';
import type { Fields } from '../list-filters.ts';
import { paginate, selectItems } from '../lists.ts';
import {
  type CustomRole,
  createRoleRow,
  FIRST_CUSTOM_ROLE_ID,
  LAST_ROLE_SETTING,
  ROLES,
  type Role,
  readRoles,
} from '../roles.ts';
import { profileOf } from '../rulesets.ts';
import { PERMISSION_SETS, type PermissionSetRow, type Profile, RESOURCE_TYPES } from '../tables/index.ts';
import { readTenantId } from '../tenant.ts';

const role: Lookup<Role> = async (context, id) => {
  // `Number` would also accept other spellings, such as `1e1`.
  const found = /^[1-9]\d*$/.test(id) ? (await readRoles(context)).get(Number(id)) : undefined;
  return found === undefined ? { found: 'nothing' } : { found: 'object', target: found };
};

const permissionSet: Lookup<PermissionSetRow> = async ({ settings }, id) => {
  const found = rowsOfProfile(PERMISSION_SETS, profileOf(settings)).find((row) => row.id === id);
  return found === undefined ? { found: 'nothing' } : { found: 'object', target: found };
};

export const roleLookups = { role, permissionSet };

/** As the 2.25 guide calls them. */
const LEGACY_ROLES: readonly string[] = ['L1 researcher', 'L2 researcher', 'ML engineer', 'Research manager'];

function renderRoleV1(role: Role, profile: Profile) {
  const { id, name, description, createdBy, custom, enabled } = role;
  return {
    id,
    name,
    description,
    permissions: groupPermissions(role.permissions, profile),
    createdAt: rfc3339(role.createdAt),
    updatedAt: rfc3339(role.updatedAt),
    createdBy,
    ...(profile !== '2.19' && { custom, effectiveEnabled: enabled, enabled }),
  };
}

function renderRoleV2(role: Role, profile: Profile) {
  const sets = rowsOfProfile(PERMISSION_SETS, profile).filter(({ id }) => role.permissionSets.includes(id));
  return {
    ...renderRoleV1(role, profile),
    custom: role.custom,
    effectiveEnabled: role.enabled,
    enabled: role.enabled,
    deprecated: LEGACY_ROLES.includes(role.name),
    permissionSets: sets.map(({ id, name }) => ({ id, name })),
  };
}

const ROLE_FIELDS: Fields<Role> = {
  name: { kind: 'text', read: ({ name }) => name },
  createdAt: { kind: 'time', read: ({ createdAt }) => createdAt },
  createdBy: { kind: 'text', read: ({ createdBy }) => createdBy },
  custom: { kind: 'boolean', read: ({ custom }) => custom },
  enabled: { kind: 'boolean', read: ({ enabled }) => enabled },
};

const update: Handler<'runai', 'update_role_v2', Role> = async (context) => {
  const { id } = requireCustomRole(context);
  const content = await parseRole(context, context.body, id);
  await changeRole(context, id, (custom) => ({ ...custom, ...content }));
  return { status: 200, body: await renderById(context, id) };
};

async function setEnabled(context: AuthenticatedContext<Role>, enabled: boolean) {
  await changeRole(context, requireCustomRole(context).id, (custom) => ({ ...custom, enabled }));
  return { status: 204 } as const;
}

/** Returns the role to change. @throws Problem if it is predefined */
function requireCustomRole({ target }: AuthenticatedContext<Role>): Role {
  if (target.custom) return target;
  throw new Problem('bad_state', `The role \`${target.name}\` is predefined. Only custom roles can be changed.`);
}

/** Changes a stored role. @throws Problem `not_found` if it was deleted in the meantime */
async function changeRole(context: Context, id: number, change: (role: CustomRole) => CustomRole): Promise<void> {
  const { store, now } = context;
  const tenantId = await readTenantId(context);
  await rejectMissing(
    ROLES.change(store.collections, String(id), ({ body }) =>
      createRoleRow({ ...change(body), updatedAt: now }, tenantId),
    ),
  );
}

/** @param roleId null for a new role @throws Problem if a permission set is unknown or the name is taken */
async function parseRole(context: Context, body: Schema<'runai', 'RoleRequest'>, roleId: number | null) {
  const { name, description = '' } = body;
  const validSets: readonly string[] = rowsOfProfile(PERMISSION_SETS, profileOf(context.settings)).map(({ id }) => id);
  const permissionSets = body.permissionSets.map(({ id }) => id);
  const unknown = permissionSets.find((id) => !validSets.includes(id));
  if (unknown !== undefined) {
    throw invalidRequest(
      `Field \`permissionSets\`: permission set \`${unknown}\` does not exist. \`GET /api/v1/authorization/permission-sets\` lists them.`,
    );
  }
  const otherRoles = [...(await readRoles(context)).values()].filter(({ id }) => id !== roleId);
  if (otherRoles.some((role) => role.name.toLowerCase() === name.toLowerCase())) throw createNameConflict(name);
  return { name, description, permissionSets };
}

function createNameConflict(name: string): Problem {
  return new Problem('conflict', `There is already a role named \`${name}\`. Choose another name.`);
}

/** Renders a role by id. @throws Problem `not_found` if it was deleted in the meantime */
async function renderById(context: Context, id: number) {
  const role = (await readRoles(context)).get(id);
  if (role === undefined) throw new Problem('not_found');
  return renderRoleV2(role, profileOf(context.settings));
}

function renderPermissionSet({ id, name, description, permissions }: PermissionSetRow, profile: Profile) {
  return { id, name, description, permissions: groupHeldPermissions(new Set<string>(permissions), profile) };
}

export const roleOperations = {
  get_permission_sets: ({ settings }) => {
    const profile = profileOf(settings);
    const permissionSets = rowsOfProfile(PERMISSION_SETS, profile).map((row) => renderPermissionSet(row, profile));
    return { status: 200, body: { permissionSets } };
  },
  get_permission_set_by_id: ({ target, settings }: AuthenticatedContext<PermissionSetRow>) => ({
    status: 200,
    body: renderPermissionSet(target, profileOf(settings)),
  }),
  get_roles_v1: async (context) => {
    const roles = await readRoles(context);
    return { status: 200, body: [...roles.values()].map((role) => renderRoleV1(role, profileOf(context.settings))) };
  },
  get_role_v1: ({ target, settings }: AuthenticatedContext<Role>) => ({
    status: 200,
    body: renderRoleV1(target, profileOf(settings)),
  }),
  get_roles_v2: async (context) => {
    const { query } = context;
    const all = selectItems([...(await readRoles(context)).values()], query, ROLE_FIELDS, ['name']);
    const { page, next } = paginate(all, query);
    return { status: 200, body: { roles: page.map((role) => renderRoleV2(role, profileOf(context.settings))), next } };
  },
  create_role_v2: async (context) => {
    const { store, now } = context;
    const content = await parseRole(context, context.body, null);
    const custom: CustomRole = {
      id: FIRST_CUSTOM_ROLE_ID + (await store.settings.next(LAST_ROLE_SETTING)),
      ...content,
      enabled: true,
      createdBy: context.caller.principal.name,
      createdAt: now,
      updatedAt: now,
    };
    try {
      await ROLES.insert(store.collections, createRoleRow(custom, await readTenantId(context)), null);
    } catch (thrown) {
      throw thrown instanceof Collision ? createNameConflict(custom.name) : thrown;
    }
    return { status: 201, body: await renderById(context, custom.id) };
  },
  get_role_by_id_v2: ({ target, settings }: AuthenticatedContext<Role>) => ({
    status: 200,
    body: renderRoleV2(target, profileOf(settings)),
  }),
  update_role_v2: update,
  delete_role_by_id_v2: async (context: AuthenticatedContext<Role>) => {
    const { id, name } = requireCustomRole(context);
    const { bySubject } = await readRuleBook(context);
    if ([...bySubject.values()].flat().some(({ roleId }) => roleId === id)) {
      throw new Problem('protected', `The role \`${name}\` is in use. Delete its access rules first.`);
    }
    await rejectMissing(ROLES.change(context.store.collections, String(id), () => null));
    return { status: 204 };
  },
  enable_role_v2: (context: AuthenticatedContext<Role>) => setEnabled(context, true),
  disable_role_v2: (context: AuthenticatedContext<Role>) => setEnabled(context, false),
} satisfies Partial<Operations<'runai'>>;

/** The actions of permissions, in the order of responses. */
export const ACTIONS = ['create', 'read', 'update', 'delete'] as const;

type Permission = Schema<'runai', 'Permission'>;

/** Groups permissions by resource type. Includes the resource types of a profile without actions. */
function groupPermissions(permissions: ReadonlySet<string>, profile: Profile): Permission[] {
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
