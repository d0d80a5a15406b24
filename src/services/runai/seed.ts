import type { Seeding } from '../../contract/seed.ts';
import { hashSecret } from '../../credentials/secret.ts';
import type { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/collections.ts';
import type { Instant } from '../../time/clock.ts';
import { CLAIM_RULES_SETTING } from '../../tokens/claim-rules.ts';
import { type AccessRule, createRuleRow, LAST_RULE_SETTING } from './access-rules.ts';
import { createAccessKeyRow, type NewAccessKey } from './collections/access-keys.ts';
import { createIdentityRow, type Identity } from './collections/identities.ts';
import { createOAuthClientRow } from './collections/oauth-clients.ts';
import { createBlankIdentity } from './new-identity.ts';
import { type CustomRole, createRoleRow, FIRST_CUSTOM_ROLE_ID, LAST_ROLE_SETTING, VENDOR } from './roles.ts';
import { PROFILES, ROLES_BY_PROFILE } from './rulesets.ts';
import { CLUSTERS, DEPARTMENTS, PROJECTS } from './scopes.ts';
import { completeSeed, derivePart, hashPasswords, withoutDerivedIds } from './seed-credentials.ts';
import { findErrors } from './seed-errors.ts';
import { listRules, SEED_LISTS } from './seed-lists.ts';
import { SEED_SCHEMA, STORED_SEED_SCHEMA } from './seed-schema.ts';
import type { RunaiSeed, SeedRole, SeedRule, SeedUser, WrittenSeed } from './seed-types.ts';
import { PERMISSION_SETS } from './tables/index.ts';
import { REALM_SETTING, TENANT_ID_SETTING, TENANT_NAME_SETTING } from './tenant.ts';
import { createWorkloadRow, DEFAULT_PHASES, WORKLOAD_PHASES_SETTING } from './workloads.ts';

export const seed: Seeding = {
  schema: SEED_SCHEMA,
  storedSchema: STORED_SEED_SCHEMA,
  lists: SEED_LISTS,
  findErrors: (part) => findErrors(asWritten(part)),
  complete: (part, derivation) => completeSeed(asWritten(part), derivation),
  derivePart: (part, derivation) => derivePart(asComplete(part), derivation),
  withoutDerivedIds: (part) => withoutDerivedIds(asWritten(part)),
  hashSecrets: (part, random, builtIn) =>
    hashPasswords(asComplete(part), random, builtIn === undefined ? undefined : asComplete(builtIn)),
  createRows: async (complete, now) => {
    const part = asComplete(complete);
    const { tenant } = part;
    const tenantId = String(tenant.id);
    const users = addGroups(part).map((user) => createUser(user, now));
    const roles = (part.roles ?? []).map((role, index) => createCustomRole(role, index, now));
    const roleIds = new Map([...PREDEFINED_IDS, ...roles.map(({ name, id }) => [name, id] as const)]);
    const rules = listRules(part).map(({ entry }) => entry.rule);
    return {
      rows: [
        ...[...users.map(({ identity }) => identity), ...createAccounts(part, now)].map(createIdentityRow),
        ...users.flatMap(({ accessKeys }) => accessKeys.map(createAccessKeyRow)),
        ...(part.clients ?? []).map(createOAuthClientRow),
        ...createRows(CLUSTERS, addCreatedAt(part.clusters, now), tenantId),
        ...createRows(DEPARTMENTS, addCreatedAt(addDefaultCluster(part.departments, part.clusters), now), tenantId),
        ...createRows(PROJECTS, addCreatedAt(addDefaultCluster(part.projects, part.clusters), now), tenantId),
        ...addCreatedAt(part.workloads, now).map((workload) => createWorkloadRow(workload, tenantId)),
        ...roles.map((role) => createRoleRow(role, tenantId)),
        ...rules.map((rule, index) => createRuleRow(createAccessRule(rule, roleIds, index + 1, now), tenantId)),
      ],
      settings: {
        [TENANT_ID_SETTING]: tenantId,
        [TENANT_NAME_SETTING]: tenant.name,
        [REALM_SETTING]: tenant.realm,
        ...(part.workloadPhases !== undefined && {
          [WORKLOAD_PHASES_SETTING]: JSON.stringify({ ...DEFAULT_PHASES, ...part.workloadPhases }),
        }),
        ...(part.claims !== undefined && { [CLAIM_RULES_SETTING]: JSON.stringify(part.claims) }),
        [LAST_RULE_SETTING]: String(rules.length),
        ...(roles.length > 0 && { [LAST_ROLE_SETTING]: String(roles.length) }),
      },
    };
  },
  createCast: (checked) => {
    const { users, ...part } = asWritten(checked);
    return { ...part, ...(users && { users: users.map(({ passwordHash: _, ...user }) => user) }) };
  },
  withBearers: async (part, world) => {
    const { addBearers } = await import('./bearers.ts');
    const complete = asComplete(part);
    const groups = new Map(addGroups(complete).map(({ email, groups = [] }) => [email, groups]));
    return addBearers(complete, (email) => groups.get(email) ?? [], world);
  },
};

function asWritten(part: unknown): WrittenSeed {
  // Safe cast: validated against the schema.
  return part as WrittenSeed;
}

function asComplete(part: unknown): RunaiSeed {
  // Safe cast: returned by `complete`.
  return part as RunaiSeed;
}

function createAccounts({ applications = [], serviceAccounts = [] }: RunaiSeed, now: Instant): Identity[] {
  const rows = [
    ...applications.map((row) => ({ ...row, kind: 'application', clientSecret: row.secret }) as const),
    ...serviceAccounts.map((row) => ({ ...row, kind: 'service-account' }) as const),
  ];
  return rows.map(({ id, kind, name, clientId, clientSecret }) => ({
    ...createBlankIdentity({ id, kind, name, createdBy: VENDOR, createdAt: now }),
    clientId,
    secretHash: hashSecret(clientSecret),
  }));
}

function createUser(user: SeedUser, now: Instant) {
  const { id, email, groups = [], accessKey, accessKeys = [] } = user;
  const passwordHash = user.passwordHash ?? null;
  const base = createBlankIdentity({ id, kind: 'user', name: email, createdBy: VENDOR, createdAt: now });
  const identity: Identity = { ...base, groups, passwordHash };
  const keys = [accessKey ?? [], accessKeys].flat().map(
    ({ clientSecret, ...key }): NewAccessKey => ({
      ...key,
      owner: id,
      createdBy: email,
      secretHash: hashSecret(clientSecret),
      createdAt: now,
    }),
  );
  return { identity, accessKeys: keys };
}

function createRows<Body extends { readonly id: string }>(
  collection: Collection<Body>,
  bodies: readonly Body[],
  tenantId: string,
): Row<Body, null>[] {
  return bodies.map((body) => collection.row({ id: body.id, owner: tenantId, parent: null, body }));
}

/** Departments, and projects without a department, default to the first cluster. */
function addDefaultCluster(units: RunaiSeed['projects'] = [], [first]: RunaiSeed['clusters'] = []) {
  return units.map((unit) =>
    first === undefined || unit.departmentId !== undefined ? unit : { clusterId: first.id, ...unit },
  );
}

function addCreatedAt<Entry>(entries: readonly Entry[] = [], createdAt: Instant) {
  return entries.map((entry) => ({ ...entry, createdAt }));
}

const PREDEFINED_IDS: ReadonlyMap<string, number> = new Map(
  PROFILES.flatMap((profile) => ROLES_BY_PROFILE[profile]).map(({ name, id }) => [name, id]),
);

function createCustomRole(
  { name, description = '', permissionSets }: SeedRole,
  index: number,
  now: Instant,
): CustomRole {
  const ids = PERMISSION_SETS.filter((set) => permissionSets.includes(set.name)).map(({ id }) => id);
  return {
    id: FIRST_CUSTOM_ROLE_ID + index,
    ...{ name, description, permissionSets: ids },
    enabled: true,
    createdBy: VENDOR,
    createdAt: now,
    updatedAt: now,
  };
}

/** Adds the groups that list a user to the user's groups. */
function addGroups({ users = [], groups = [] }: RunaiSeed): readonly SeedUser[] {
  const groupsByEmail = new Map<string, string[]>();
  for (const { name, users: emails = [] } of groups) {
    for (const email of emails.map((address) => address.toLowerCase()))
      groupsByEmail.set(email, [...(groupsByEmail.get(email) ?? []), name]);
  }
  return users.map((user) => {
    const groupsOfUser = groupsByEmail.get(user.email.toLowerCase());
    return groupsOfUser === undefined
      ? user
      : { ...user, groups: [...new Set([...(user.groups ?? []), ...groupsOfUser])] };
  });
}

function createAccessRule(
  { role, ...rule }: SeedRule,
  roleIds: ReadonlyMap<string, number>,
  id: number,
  now: Instant,
): AccessRule {
  return {
    id,
    ...rule,
    roleId: roleIds.get(role) ?? 0,
    clusterId: null,
    createdBy: VENDOR,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
}
