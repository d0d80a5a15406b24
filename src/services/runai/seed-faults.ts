import { own } from '../../core/members.ts';
import { findDuplicates, type Placed, placeEntries, type SeedFault } from '../../core/seed-fault.ts';
import { ruleKey } from './access-rules.ts';
import { accessClientIdOf, accessKeyIdOf, accountIdOf, userIdOf } from './seed-credentials.ts';
import { rulesOfRoles } from './seed-rules.ts';
import { PREDEFINED_ROLES, type WrittenAccessKey, type WrittenSeed, type WrittenUser } from './seed-schema.ts';

/** Faults that the schema cannot express: duplicates and dangling references. */
export function faultsOf(part: WrittenSeed): SeedFault[] {
  return [...findRepeated(part), ...findDangling(part), ...findUnknownRoles(part)];
}

/** The access keys of a user, each with its place. */
function keysOf({ accessKey, accessKeys }: WrittenUser, place: string): readonly Placed<WrittenAccessKey>[] {
  const first = accessKey === undefined ? [] : [{ entry: accessKey, place: `${place}.accessKey` }];
  return [...first, ...placeEntries(`${place}.accessKeys`, accessKeys)];
}

/** Duplicate ids, and duplicates of the names that identities are found by. */
function findRepeated(part: WrittenSeed): SeedFault[] {
  const users = placeEntries('runai.users', part.users);
  const keys = users.flatMap(({ entry: user, place }) =>
    keysOf(user, place).map(({ entry: key, place }) => {
      const derived = { derivedId: accessKeyIdOf(user, key), derivedClientId: accessClientIdOf(user.email, key.name) };
      return { entry: { ...key, ...derived }, place };
    }),
  );
  const applications = placeEntries('runai.applications', part.applications);
  const accounts = placeEntries('runai.serviceAccounts', part.serviceAccounts);
  const clients = placeEntries('runai.clients', part.clients);
  const units = (['clusters', 'departments', 'projects', 'workloads'] as const).flatMap((list) =>
    findDuplicates(`${list}: \`id\``, placeEntries<{ readonly id: string }>(`runai.${list}`, part[list]), ({ id }) =>
      id.toLowerCase(),
    ),
  );
  return [
    ...findDuplicates('users: `email`', users, ({ email }) => email.toLowerCase()),
    ...findDuplicates('applications: `name`', applications, ({ name }) => name.toLowerCase()),
    ...findDuplicates('serviceAccounts: `name`', accounts, ({ name }) => name.toLowerCase()),
    ...findDuplicates('groups: `name`', placeEntries('runai.groups', part.groups), ({ name }) => name.toLowerCase()),
    ...findDuplicates('roles: `name`', placeEntries('runai.roles', part.roles), ({ name }) => name.toLowerCase()),
    ...findDuplicates('clients: `clientId`', clients, ({ clientId }) => clientId),
    ...users.flatMap(({ entry: user, place }) =>
      findDuplicates(`access keys of \`${user.email}\`: \`name\``, keysOf(user, place), ({ name }) => name),
    ),
    ...findDuplicates(
      'access keys: `id`',
      keys,
      ({ id }) => id,
      ({ derivedId }) => derivedId,
    ),
    ...findDuplicates(
      'users, applications and serviceAccounts: `id`',
      [
        ...withDerivedId(users, userIdOf),
        ...withDerivedId(applications, (one) => accountIdOf('application', one)),
        ...withDerivedId(accounts, (one) => accountIdOf('service-account', one)),
      ],
      ({ id }) => id,
      ({ derivedId }) => derivedId,
    ),
    ...findDuplicates<{ readonly clientId?: string; readonly derivedClientId?: string }>(
      'access keys, applications and serviceAccounts: `clientId`',
      [...keys, ...namedClients(applications), ...namedClients(accounts)],
      ({ clientId }) => clientId,
      ({ derivedClientId }) => derivedClientId,
    ),
    ...units,
    ...findDuplicates<{ readonly key?: string; readonly derivedKey?: string }>(
      'accessRules',
      [
        ...rulesOfRoles(part).map(({ entry, place }) => ({ entry: { derivedKey: ruleKey(entry, entry.role) }, place })),
        ...placeEntries('runai.accessRules', part.accessRules).map(({ entry, place }) => {
          return { entry: { key: ruleKey(entry, entry.role) }, place };
        }),
      ],
      ({ key }) => key,
      ({ derivedKey }) => derivedKey,
    ),
  ];
}

/** An omitted client id defaults to the name, so an application and a service account of one name collide. */
function namedClients(entries: readonly Placed<{ readonly clientId?: string; readonly name: string }>[]) {
  return entries.map(({ entry: { clientId, name }, place }) => ({ entry: { clientId: clientId ?? name }, place }));
}

function withDerivedId<Entry extends { readonly id?: string }>(
  entries: readonly Placed<Entry>[],
  derivedIdOf: (entry: Entry) => string,
) {
  return entries.map(({ entry, place }) => ({
    entry: { ...(entry.id !== undefined && { id: entry.id }), derivedId: derivedIdOf(entry) },
    place,
  }));
}

/** Roles that are neither predefined nor in the seed. Without custom roles, the schema already checks the names. */
function findUnknownRoles(part: WrittenSeed): SeedFault[] {
  if (part.roles === undefined) return [];
  const roles = placeEntries('runai.roles', part.roles);
  const valid = [...PREDEFINED_ROLES, ...part.roles.map(({ name }) => name)];
  const named = [
    ...placeEntries('runai.users', part.users),
    ...placeEntries('runai.applications', part.applications),
    ...placeEntries('runai.serviceAccounts', part.serviceAccounts),
    ...placeEntries('runai.groups', part.groups),
    ...placeEntries('runai.accessRules', part.accessRules),
  ].map(({ entry: { role }, place }) => ({ role, place: `${place}.role` }));
  return [
    ...roles
      .filter(({ entry }) => PREDEFINED_ROLES.some((name) => name.toLowerCase() === entry.name.toLowerCase()))
      .map(({ entry, place }) => ({
        place,
        message: `\`${place}\` has the name of the predefined role \`${entry.name}\``,
      })),
    ...named.flatMap(({ role, place }) =>
      role === null || valid.includes(role)
        ? []
        : [
            {
              place,
              message: `\`${place}\` names the role \`${role}\`, which is neither predefined nor in \`runai.roles\``,
              given: role,
              valid,
            },
          ],
    ),
  ];
}

/** A reference to another entry by name, and its place. */
interface Reference {
  readonly place: string;
  readonly kind: string;
  readonly id: string | undefined;
}

/** References to entries that are not in the seed. */
function findDangling(part: WrittenSeed): SeedFault[] {
  const { tenant, users = [], applications = [], serviceAccounts = [] } = part;
  const ids = (units: readonly { id: string }[] = []) => units.map(({ id }) => id);
  const known: Readonly<Record<string, readonly string[]>> = {
    cluster: ids(part.clusters),
    department: ids(part.departments),
    project: ids(part.projects),
    tenant: [String(tenant.id)],
    user: users.map(({ email }) => email.toLowerCase()),
    app: applications.map(({ name }) => name.toLowerCase()),
    'service-account': serviceAccounts.map(({ name }) => name.toLowerCase()),
  };
  const units = [
    ...placeEntries('runai.departments', part.departments),
    ...placeEntries('runai.projects', part.projects),
  ];
  const references: Reference[] = [
    ...units.flatMap(({ entry: { clusterId, departmentId }, place }): Reference[] => [
      { place: `${place}.clusterId`, kind: 'cluster', id: clusterId },
      { place: `${place}.departmentId`, kind: 'department', id: departmentId },
    ]),
    ...placeEntries('runai.workloads', part.workloads).map(({ entry: { projectId }, place }): Reference => {
      return { place: `${place}.projectId`, kind: 'project', id: projectId };
    }),
    ...placeEntries('runai.accessRules', part.accessRules).flatMap(({ entry: rule, place }): Reference[] => [
      { place: `${place}.subjectId`, kind: rule.subjectType, id: rule.subjectId.toLowerCase() },
      { place: `${place}.scopeId`, kind: rule.scopeType, id: rule.scopeId },
    ]),
    ...placeEntries('runai.groups', part.groups).flatMap(({ entry, place }) =>
      placeEntries(`${place}.users`, entry.users).map((user): Reference => {
        return { place: user.place, kind: 'user', id: user.entry.toLowerCase() };
      }),
    ),
  ];
  const sets = new Map(Object.entries(known).map(([kind, valid]) => [kind, new Set(valid)]));
  return references.flatMap(({ place, kind, id }): SeedFault[] => {
    const valid = own(known, kind);
    if (id === undefined || valid === undefined || sets.get(kind)?.has(id) === true) return [];
    return [{ place, message: `\`${place}\` names the ${kind} \`${id}\`, which is not in the seed`, given: id, valid }];
  });
}
