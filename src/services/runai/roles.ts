import type { RequestScope } from '../../contract/world.ts';
import { memoize } from '../../lib/memory.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/row.ts';
import { profileOf, ROLES_BY_PROFILE } from './rulesets.ts';
import { PERMISSION_SETS, type Profile } from './tables/index.ts';
import { readTenantId } from './tenant.ts';

/** The setting that stores how many custom roles were created. */
export const LAST_ROLE_SETTING = 'runai.roles.last';
/** Id of the first custom role. It is greater than the ids of all predefined roles. */
export const FIRST_CUSTOM_ROLE_ID = 10_001;

/** Creation time of the predefined roles: August 2024, the month when they were observed. */
const PREDEFINED_ROLES_CREATED_AT = Date.UTC(2024, 7);
/** Creator of the predefined roles, as observed. */
export const VENDOR = 'Run:ai';

/** A custom role as stored. Times are in milliseconds. */
export interface CustomRole {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly permissionSets: readonly string[];
  readonly enabled: boolean;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type CustomRoleRow = Row<CustomRole, null>;

/** The custom roles of all tenants. The owner of a row is the tenant. */
export const ROLES = new Collection<CustomRole>('runai.roles');

/** Creates the row of a custom role. Its alias makes names unique, case-insensitively. */
export function createRoleRow(custom: CustomRole, tenantId: string): CustomRoleRow {
  return ROLES.row({
    id: String(custom.id),
    owner: tenantId,
    parent: null,
    aliases: [custom.name.toLowerCase()],
    body: custom,
  });
}

export interface Role extends CustomRole {
  readonly custom: boolean;
  readonly permissions: ReadonlySet<string>;
}

export type Roles = ReadonlyMap<number, Role>;

type World = Pick<RequestScope, 'store' | 'settings'>;

/** Returns all roles by id, predefined roles first. */
export async function readRoles(world: World): Promise<Roles> {
  const tenantId = await readTenantId(world);
  return addPredefinedRoles(world, await ROLES.ofOwner(world.store.collections, tenantId));
}

export function addPredefinedRoles({ settings }: Pick<World, 'settings'>, rows: readonly CustomRoleRow[]): Roles {
  return COMBINE_ROLES[profileOf(settings)](rows);
}

/** A memoized function for each profile, because every request needs the roles and custom roles seldom change. */
const COMBINE_ROLES: Readonly<Record<Profile, (rows: readonly CustomRoleRow[]) => Roles>> = {
  '2.19': memoize((rows) => combineRoles('2.19', rows)),
  '2.24': memoize((rows) => combineRoles('2.24', rows)),
  '3.0': memoize((rows) => combineRoles('3.0', rows)),
};

function combineRoles(profile: Profile, rows: readonly CustomRoleRow[]): Roles {
  const predefined = ROLES_BY_PROFILE[profile].map(
    ({ id, name, description, permissions }): Role => ({
      id,
      name,
      description,
      permissionSets: findSetsWithin(permissions),
      enabled: true,
      createdBy: VENDOR,
      createdAt: PREDEFINED_ROLES_CREATED_AT,
      updatedAt: PREDEFINED_ROLES_CREATED_AT,
      custom: false,
      permissions: new Set(permissions),
    }),
  );
  // 2.19 has no custom roles, but a seed may have them for other versions.
  const customRows = profile === '2.19' ? [] : rows;
  const custom = customRows.map(
    ({ body }): Role => ({
      ...body,
      custom: true,
      permissions: new Set(
        PERMISSION_SETS.filter(({ id }) => body.permissionSets.includes(id)).flatMap(({ permissions }) => permissions),
      ),
    }),
  );
  return new Map([...predefined, ...custom].map((role) => [role.id, role]));
}

function findSetsWithin(permissions: readonly string[]): string[] {
  const held = new Set(permissions);
  const setsWithin = PERMISSION_SETS.filter((set) => set.permissions.every((permission) => held.has(permission)));
  return setsWithin.map(({ id }) => id);
}
