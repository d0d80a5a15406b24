import type { SeedRows } from '../../contract/seed.ts';
import type { Instant } from '../../lib/clock.ts';
import type { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/row.ts';
import { CLAIM_RULES_SETTING } from '../../tokens/claim-rules.ts';
import { hashSecret } from '../../tokens/secret.ts';
import { type AccessRule, createRuleRow, LAST_RULE_SETTING } from './access-rules.ts';
import { type AccessKey, createAccessKeyRow } from './collections/access-keys.ts';
import { createIdentityRow, type Identity } from './collections/identities.ts';
import { createOAuthClientRow } from './collections/oauth-clients.ts';
import { createBlankIdentity } from './new-identity.ts';
import { type CustomRole, createRoleRow, FIRST_CUSTOM_ROLE_ID, LAST_ROLE_SETTING, VENDOR } from './roles.ts';
import { PROFILES, ROLES_BY_PROFILE } from './rulesets.ts';
import { CLUSTERS, DEPARTMENTS, PROJECTS, type Unit } from './scopes.ts';
import { listRules } from './seed-lists.ts';
import type { RunaiSeed, SeedRole, SeedRule, SeedUser } from './seed-schema.ts';
import { PERMISSION_SETS } from './tables/index.ts';
import { REALM_SETTING, TENANT_ID_SETTING, TENANT_NAME_SETTING } from './tenant.ts';
import { createWorkloadRow, DEFAULT_PHASES, WORKLOAD_PHASES_SETTING } from './workloads.ts';

export function createSeedRows(part: RunaiSeed, now: Instant): SeedRows {
  const tenantId = String(part.tenant.id);
  const users = addGroups(part);
  const roles = (part.roles ?? []).map((role, index) => createCustomRole(role, index, now));
  const roleIds = new Map([...PREDEFINED_ROLE_IDS, ...roles.map(({ name, id }) => [name, id] as const)]);
  const rules = listRules(part).map(({ entry }, index) => createAccessRule(entry.rule, roleIds, index + 1, now));
  return {
    rows: [
      ...[...users.map((user) => createUserIdentity(user, now)), ...createClientIdentities(part, now)].map(
        createIdentityRow,
      ),
      ...users.flatMap((user) => createAccessKeys(user, now)).map(createAccessKeyRow),
      ...(part.clients ?? []).map(createOAuthClientRow),
      ...createUnitRows(part, tenantId, now),
      ...addCreatedAt(part.workloads, now).map((workload) => createWorkloadRow(workload, tenantId)),
      ...roles.map((role) => createRoleRow(role, tenantId)),
      ...rules.map((rule) => createRuleRow(rule, tenantId)),
    ],
    settings: {
      [TENANT_ID_SETTING]: String(part.tenant.id),
      [TENANT_NAME_SETTING]: part.tenant.name,
      [REALM_SETTING]: part.tenant.realm,
      ...(part.workloadPhases !== undefined && {
        [WORKLOAD_PHASES_SETTING]: JSON.stringify({ ...DEFAULT_PHASES, ...part.workloadPhases }),
      }),
      ...(part.claims !== undefined && { [CLAIM_RULES_SETTING]: JSON.stringify(part.claims) }),
      // For the ids of the next access rule and the next custom role.
      [LAST_RULE_SETTING]: String(rules.length),
      ...(roles.length > 0 && { [LAST_ROLE_SETTING]: String(roles.length) }),
    },
  };
}

function createUserIdentity({ id, email, groups = [], passwordHash }: SeedUser, now: Instant): Identity {
  const identity = createBlankIdentity({ id, kind: 'user', name: email, createdBy: VENDOR, createdAt: now });
  return { ...identity, groups, passwordHash: passwordHash ?? null };
}

function createAccessKeys({ id, email, accessKey, accessKeys = [] }: SeedUser, now: Instant): readonly AccessKey[] {
  const seedKeys = accessKey === undefined ? accessKeys : [accessKey, ...accessKeys];
  return seedKeys.map(({ clientSecret, ...key }) => ({
    ...key,
    owner: id,
    createdBy: email,
    secretHash: hashSecret(clientSecret),
    createdAt: now,
  }));
}

/** Creates applications and service accounts: the identities with a client id and a secret. */
function createClientIdentities({ applications = [], serviceAccounts = [] }: RunaiSeed, now: Instant): Identity[] {
  const clients = [
    ...applications.map(
      (application) => ({ ...application, kind: 'application', clientSecret: application.secret }) as const,
    ),
    ...serviceAccounts.map((account) => ({ ...account, kind: 'service-account' }) as const),
  ];
  return clients.map(({ id, kind, name, clientId, clientSecret }) => ({
    ...createBlankIdentity({ id, kind, name, createdBy: VENDOR, createdAt: now }),
    clientId,
    secretHash: hashSecret(clientSecret),
  }));
}

function createUnitRows(part: RunaiSeed, tenantId: string, now: Instant): readonly Row[] {
  const { clusters = [], departments, projects } = part;
  const createRows = (collection: Collection<Unit>, units: NonNullable<RunaiSeed['projects']>) =>
    addCreatedAt(units, now).map((body) => collection.row({ id: body.id, owner: tenantId, parent: null, body }));
  return [
    ...createRows(CLUSTERS, clusters),
    ...createRows(DEPARTMENTS, addDefaultCluster(departments, clusters)),
    ...createRows(PROJECTS, addDefaultCluster(projects, clusters)),
  ];
}

/** Adds the default cluster, which is the first one, to departments and to projects without a department. */
function addDefaultCluster(units: RunaiSeed['projects'] = [], [firstCluster]: RunaiSeed['clusters'] = []) {
  return units.map((unit) =>
    firstCluster === undefined || unit.departmentId !== undefined ? unit : { clusterId: firstCluster.id, ...unit },
  );
}

function addCreatedAt<Entry>(entries: readonly Entry[] = [], createdAt: Instant) {
  return entries.map((entry) => ({ ...entry, createdAt }));
}

const PREDEFINED_ROLE_IDS: ReadonlyMap<string, number> = new Map(
  PROFILES.flatMap((profile) => ROLES_BY_PROFILE[profile]).map(({ name, id }) => [name, id]),
);

function createCustomRole(
  { name, description = '', permissionSets }: SeedRole,
  index: number,
  now: Instant,
): CustomRole {
  return {
    id: FIRST_CUSTOM_ROLE_ID + index,
    name,
    description,
    permissionSets: PERMISSION_SETS.filter((set) => permissionSets.includes(set.name)).map(({ id }) => id),
    enabled: true,
    createdBy: VENDOR,
    createdAt: now,
    updatedAt: now,
  };
}

/** The id of no role. A rule with it grants nothing. A checked seed names only existing roles. */
const NO_ROLE_ID = 0;

function createAccessRule(
  { role, ...rule }: SeedRule,
  roleIds: ReadonlyMap<string, number>,
  id: number,
  now: Instant,
): AccessRule {
  return {
    id,
    ...rule,
    roleId: roleIds.get(role) ?? NO_ROLE_ID,
    clusterId: null,
    createdBy: VENDOR,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
}

/** Returns the users of a seed. The groups that list a user are added to the user's own groups. */
export function addGroups({ users = [], groups = [] }: RunaiSeed): readonly SeedUser[] {
  const groupsByEmail = new Map<string, string[]>();
  for (const { name, users: emails = [] } of groups) {
    for (const email of emails.map((address) => address.toLowerCase())) {
      groupsByEmail.set(email, [...(groupsByEmail.get(email) ?? []), name]);
    }
  }
  return users.map((user) => {
    const groupsOfUser = groupsByEmail.get(user.email.toLowerCase());
    return groupsOfUser === undefined
      ? user
      : { ...user, groups: [...new Set([...(user.groups ?? []), ...groupsOfUser])] };
  });
}
