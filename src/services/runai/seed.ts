import type { Seeding } from '../../contract/seed.ts';
import type { Instant } from '../../core/clock.ts';
import { hashSecret } from '../../credentials/secret.ts';
import type { NewAccessKey } from '../../store/access-keys.ts';
import type { Row } from '../../store/collections.ts';
import type { Identity } from '../../store/identities.ts';
import type { WorldRecords } from '../../store/world.ts';
import { type AccessRule, LAST_RULE_SETTING, ruleRow } from './access-rules.ts';
import { PROFILES, ROLES_OF } from './laws.ts';
import { VENDOR } from './roles.ts';
import { CLUSTERS, DEPARTMENTS, PROJECTS, WORKLOADS } from './scopes.ts';
import { bare, completed, hashed, ownPart } from './seed-credentials.ts';
import { faultsOf } from './seed-faults.ts';
import {
  type RunaiSeed,
  SEED_LISTS,
  SEED_SCHEMA,
  type SeedRule,
  type SeedUser,
  type WrittenSeed,
} from './seed-schema.ts';
import { SUBJECT_TYPES } from './subjects.ts';
import { REALM_SETTING, TENANT_ID_SETTING, TENANT_NAME_SETTING } from './tenant.ts';

export const seed: Seeding = {
  schema: SEED_SCHEMA,
  lists: SEED_LISTS,
  faults: (part) => faultsOf(part as WrittenSeed),
  completed: (part, derivation) => completed(part as WrittenSeed, derivation),
  own: (part, derivation) => ownPart(part as RunaiSeed, derivation),
  bare: (part) => bare(part as WrittenSeed),
  hashed: (part, random, builtIn) => hashed(part as RunaiSeed, random, builtIn as RunaiSeed | undefined),
  records: async (complete, now) => {
    const part = complete as RunaiSeed;
    const { tenant } = part;
    const users = (part.users ?? []).map((user) => userRecords(user, now));
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
    const { users, ...part } = checked as WrittenSeed;
    return { ...part, ...(users && { users: users.map(({ passwordHash: _, ...user }) => user) }) };
  },
};

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
    ...blank(id, now),
    kind,
    name,
    clientId,
    secretHash: hashSecret(clientSecret),
  }));
}

function userRecords(user: SeedUser, now: Instant) {
  const { id, email, groups = [], accessKey } = user;
  const passwordHash = user.passwordHash ?? null;
  const identity: Identity = { ...blank(id, now), kind: 'user', name: email, groups, passwordHash };
  if (accessKey === undefined) return { identity, accessKeys: [] };
  const { clientSecret, ...key } = accessKey;
  const made: NewAccessKey = {
    ...key,
    owner: id,
    createdBy: email,
    secretHash: hashSecret(clientSecret),
    createdAt: now,
  };
  return { identity, accessKeys: [made] };
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
