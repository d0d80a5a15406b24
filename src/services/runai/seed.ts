import type { Instant } from '../../core/clock.ts';
import { hashPassword } from '../../credentials/password.ts';
import { hashSecret } from '../../credentials/secret.ts';
import { namedUuid, type Random } from '../../random.ts';
import type { Seeding } from '../../service.ts';
import type { NewAccessKey } from '../../store/access-keys.ts';
import type { Row } from '../../store/collections.ts';
import type { Identity } from '../../store/identities.ts';
import type { WorldRecords } from '../../store/world.ts';
import { type AccessRule, LAST_RULE_SETTING, ruleRow } from './access-rules.ts';
import { PROFILES, ROLES_OF } from './laws.ts';
import { VENDOR } from './roles.ts';
import { CLUSTERS, DEPARTMENTS, PROJECTS, WORKLOADS } from './scopes.ts';
import { faultsOf } from './seed-faults.ts';
import { type RunaiSeed, SEED_SCHEMA, type SeedRule, type SeedUser } from './seed-schema.ts';
import { SUBJECT_TYPES } from './subjects.ts';
import { REALM_SETTING, TENANT_ID_SETTING, TENANT_NAME_SETTING } from './tenant.ts';

export const seed: Seeding = {
  schema: SEED_SCHEMA,
  faults: (part) => faultsOf(part as RunaiSeed),
  records: async (checked, now, random) => {
    const part = checked as RunaiSeed;
    const { tenant } = part;
    const users = await Promise.all((part.users ?? []).map((user) => userRecords(user, now, random)));
    const rules = rulesOf(part);
    const records: WorldRecords = {
      identities: [...users.map(({ identity }) => identity), ...accountsOf(part, now)],
      accessKeys: users.flatMap(({ accessKeys }) => accessKeys),
      oauthClients: part.clients ?? [],
      objects: [
        ...unitRows(CLUSTERS, part.clusters, tenant.id, now),
        ...unitRows(DEPARTMENTS, part.departments, tenant.id, now),
        ...unitRows(PROJECTS, part.projects, tenant.id, now),
        ...unitRows(WORKLOADS, part.workloads, tenant.id, now),
        ...rules.map((rule, index) => ruleRow(ruleOf(rule, index + 1, now), String(tenant.id))),
      ],
      settings: {
        [TENANT_ID_SETTING]: String(tenant.id),
        [TENANT_NAME_SETTING]: tenant.name,
        [REALM_SETTING]: tenant.realm,
        [LAST_RULE_SETTING]: String(rules.length),
      },
    };
    return records;
  },
  cast: (checked) => {
    const { users, ...part } = checked as RunaiSeed;
    return { ...part, ...(users && { users: users.map(({ passwordHash: _, ...user }) => user) }) };
  },
};

/** The same id for the same name, so that a reset changes none. */
function stableId(kind: string, name: string): string {
  return namedUuid(`${kind}:${name.toLowerCase()}`);
}

function blank(id: string, now: Instant): Omit<Identity, 'kind' | 'name'> {
  return {
    id,
    clientId: null,
    secretHash: null,
    passwordHash: null,
    enabled: true,
    isLocal: true,
    groups: [],
    createdBy: VENDOR,
    createdAt: now,
    updatedAt: null,
    lastLogin: null,
  };
}

function accountsOf({ applications = [], serviceAccounts = [] }: RunaiSeed, now: Instant): Identity[] {
  const rows = [
    ...applications.map((row) => ({ ...row, kind: 'application', clientSecret: row.secret }) as const),
    ...serviceAccounts.map((row) => ({ ...row, kind: 'service-account' }) as const),
  ];
  return rows.map(({ id, kind, name, clientId, clientSecret }) => ({
    ...blank(id ?? stableId(kind, name), now),
    kind,
    name,
    clientId,
    secretHash: hashSecret(clientSecret),
  }));
}

async function userRecords(user: SeedUser, now: Instant, random: Random) {
  const { email, password, groups = [], accessKey } = user;
  const id = user.id ?? stableId('user', email);
  const passwordHash = user.passwordHash ?? (await hashPassword(password, random.alphanumeric(16)));
  const identity: Identity = { ...blank(id, now), kind: 'user', name: email, groups, passwordHash };
  const accessKeys: NewAccessKey[] = [];
  if (accessKey !== undefined) {
    const { name, clientId, clientSecret } = accessKey;
    const secretHash = hashSecret(clientSecret);
    accessKeys.push({
      id: accessKey.id ?? stableId('access-key', clientId),
      owner: id,
      createdBy: email,
      name,
      clientId,
      secretHash,
      createdAt: now,
    });
  }
  return { identity, accessKeys };
}

function unitRows(
  collection: string,
  units: readonly { readonly id: string }[] = [],
  tenantId: number,
  now: Instant,
): Row[] {
  return units.map((unit) => ({
    collection,
    id: unit.id,
    owner: String(tenantId),
    parent: null,
    alias: null,
    sharedWith: [],
    dueAt: null,
    body: { ...unit, createdAt: now },
  }));
}

/** The rules that the members `role` stand for, and those that are written out. */
function rulesOf({
  tenant,
  users = [],
  applications = [],
  serviceAccounts = [],
  accessRules = [],
}: RunaiSeed): SeedRule[] {
  const subjects = [
    ...users.map(({ email, role }) => ({ kind: 'user', name: email, role }) as const),
    ...applications.map(({ name, role }) => ({ kind: 'application', name, role }) as const),
    ...serviceAccounts.map(({ name, role }) => ({ kind: 'service-account', name, role }) as const),
  ];
  const ofRoles = subjects.flatMap(({ kind, name, role }): SeedRule[] =>
    role === null
      ? []
      : [
          {
            subjectType: SUBJECT_TYPES[kind],
            subjectId: name,
            role,
            scopeType: 'tenant',
            scopeId: String(tenant.id),
          },
        ],
  );
  return [...ofRoles, ...accessRules];
}

const ROLE_IDS: ReadonlyMap<string, number> = new Map(
  PROFILES.flatMap((profile) => ROLES_OF[profile]).map(({ name, id }) => [name, id]),
);

function ruleOf({ role, ...rule }: SeedRule, id: number, now: Instant): AccessRule {
  return {
    id,
    ...rule,
    roleId: ROLE_IDS.get(role) ?? 0,
    clusterId: null,
    createdBy: VENDOR,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
}
