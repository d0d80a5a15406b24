import type { Seeding } from '../../contract/seed.ts';
import { hashSecret } from '../../credentials/secret.ts';
import type { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/collections.ts';
import type { Instant } from '../../time/clock.ts';
import { CLAIM_RULES_SETTING } from '../../tokens/claim-rules.ts';
import { type AccessRule, LAST_RULE_SETTING, ruleRow } from './access-rules.ts';
import { accessKeyRow, type NewAccessKey } from './collections/access-keys.ts';
import { type Identity, identityRow } from './collections/identities.ts';
import { oauthClientRow } from './collections/oauth-clients.ts';
import { blankIdentity } from './identities.ts';
import { type CustomRole, FIRST_CUSTOM_ROLE, LAST_ROLE_SETTING, roleRow, VENDOR } from './roles.ts';
import { PROFILES, ROLES_OF } from './rulesets.ts';
import { CLUSTERS, DEPARTMENTS, PROJECTS } from './scopes.ts';
import { completeSeed, hashAll, ownPart, withoutDerivedIds } from './seed-credentials.ts';
import { findFaults } from './seed-faults.ts';
import { rulesIn, SEED_LISTS } from './seed-lists.ts';
import { KEPT_SCHEMA, SEED_SCHEMA } from './seed-schema.ts';
import type { RunaiSeed, SeedRole, SeedRule, SeedUser, WrittenSeed } from './seed-types.ts';
import { PERMISSION_SETS } from './tables/index.ts';
import { REALM_SETTING, TENANT_ID_SETTING, TENANT_NAME_SETTING } from './tenant.ts';
import { DEFAULT_PHASES, WORKLOAD_PHASES_SETTING, workloadRow } from './workloads.ts';

export const seed: Seeding = {
  schema: SEED_SCHEMA,
  keptSchema: KEPT_SCHEMA,
  lists: SEED_LISTS,
  faults: (part) => findFaults(asWritten(part)),
  complete: (part, derivation) => completeSeed(asWritten(part), derivation),
  own: (part, derivation) => ownPart(asComplete(part), derivation),
  bare: (part) => withoutDerivedIds(asWritten(part)),
  hashSecrets: (part, random, builtIn) =>
    hashAll(asComplete(part), random, builtIn === undefined ? undefined : asComplete(builtIn)),
  rows: async (complete, now) => {
    const part = asComplete(complete);
    const { tenant } = part;
    const tenantId = String(tenant.id);
    const users = withGroups(part).map((user) => userRecords(user, now));
    const roles = (part.roles ?? []).map((role, index) => customRole(role, index, now));
    const roleIds = new Map([...PREDEFINED_IDS, ...roles.map(({ name, id }) => [name, id] as const)]);
    const rules = rulesIn(part).map(({ entry }) => entry.rule);
    return {
      rows: [
        ...[...users.map(({ identity }) => identity), ...accountsOf(part, now)].map(identityRow),
        ...users.flatMap(({ accessKeys }) => accessKeys.map(accessKeyRow)),
        ...(part.clients ?? []).map(oauthClientRow),
        ...rowsOf(CLUSTERS, withCreatedAt(part.clusters, now), tenantId),
        ...rowsOf(DEPARTMENTS, withCreatedAt(inCluster(part.departments, part.clusters), now), tenantId),
        ...rowsOf(PROJECTS, withCreatedAt(inCluster(part.projects, part.clusters), now), tenantId),
        ...withCreatedAt(part.workloads, now).map((workload) => workloadRow(workload, tenantId)),
        ...roles.map((role) => roleRow(role, tenantId)),
        ...rules.map((rule, index) => ruleRow(ruleOf(rule, roleIds, index + 1, now), tenantId)),
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
  cast: (checked) => {
    const { users, ...part } = asWritten(checked);
    return { ...part, ...(users && { users: users.map(({ passwordHash: _, ...user }) => user) }) };
  },
  withBearers: async (part, world) => {
    const { withBearers } = await import('./bearers.ts');
    const complete = asComplete(part);
    const groups = new Map(withGroups(complete).map(({ email, groups = [] }) => [email, groups]));
    return withBearers(complete, (email) => groups.get(email) ?? [], world);
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

function accountsOf({ applications = [], serviceAccounts = [] }: RunaiSeed, now: Instant): Identity[] {
  const rows = [
    ...applications.map((row) => ({ ...row, kind: 'application', clientSecret: row.secret }) as const),
    ...serviceAccounts.map((row) => ({ ...row, kind: 'service-account' }) as const),
  ];
  return rows.map(({ id, kind, name, clientId, clientSecret }) => ({
    ...blankIdentity({ id, kind, name, createdBy: VENDOR, createdAt: now }),
    clientId,
    secretHash: hashSecret(clientSecret),
  }));
}

function userRecords(user: SeedUser, now: Instant) {
  const { id, email, groups = [], accessKey, accessKeys = [] } = user;
  const passwordHash = user.passwordHash ?? null;
  const begun = blankIdentity({ id, kind: 'user', name: email, createdBy: VENDOR, createdAt: now });
  const identity: Identity = { ...begun, groups, passwordHash };
  const made = [accessKey ?? [], accessKeys].flat().map(
    ({ clientSecret, ...key }): NewAccessKey => ({
      ...key,
      owner: id,
      createdBy: email,
      secretHash: hashSecret(clientSecret),
      createdAt: now,
    }),
  );
  return { identity, accessKeys: made };
}

function rowsOf<Body extends { readonly id: string }>(
  collection: Collection<Body>,
  bodies: readonly Body[],
  tenantId: string,
): Row<Body, null>[] {
  return bodies.map((body) => collection.row({ id: body.id, owner: tenantId, parent: null, body }));
}

/** Departments, and projects without a department, default to the first cluster. */
function inCluster(units: RunaiSeed['projects'] = [], [first]: RunaiSeed['clusters'] = []) {
  return units.map((unit) =>
    first === undefined || unit.departmentId !== undefined ? unit : { clusterId: first.id, ...unit },
  );
}

function withCreatedAt<Entry>(entries: readonly Entry[] = [], createdAt: Instant) {
  return entries.map((entry) => ({ ...entry, createdAt }));
}

const PREDEFINED_IDS: ReadonlyMap<string, number> = new Map(
  PROFILES.flatMap((profile) => ROLES_OF[profile]).map(({ name, id }) => [name, id]),
);

function customRole({ name, description = '', permissionSets }: SeedRole, index: number, now: Instant): CustomRole {
  const ids = PERMISSION_SETS.filter((set) => permissionSets.includes(set.name)).map(({ id }) => id);
  return {
    id: FIRST_CUSTOM_ROLE + index,
    ...{ name, description, permissionSets: ids },
    enabled: true,
    createdBy: VENDOR,
    createdAt: now,
    updatedAt: now,
  };
}

/** Adds the groups that list a user to the user's groups. */
function withGroups({ users = [], groups = [] }: RunaiSeed): readonly SeedUser[] {
  const named = new Map<string, string[]>();
  for (const { name, users: emails = [] } of groups) {
    for (const email of emails.map((one) => one.toLowerCase())) named.set(email, [...(named.get(email) ?? []), name]);
  }
  return users.map((user) => {
    const further = named.get(user.email.toLowerCase());
    return further === undefined ? user : { ...user, groups: [...new Set([...(user.groups ?? []), ...further])] };
  });
}

function ruleOf(
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
