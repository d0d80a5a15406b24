import { own } from '../../core/own.ts';
import { placed, type SeedFault, twice } from '../../core/seed-fault.ts';
import type { RunaiSeed } from './seed-schema.ts';

/** What the schema cannot say of a seed: what occurs twice, and what refers to nothing. */
export function faultsOf(part: RunaiSeed): SeedFault[] {
  return [...repeated(part), ...dangling(part)];
}

/** Ids, and the names that somebody is found by, which occur twice. */
function repeated(part: RunaiSeed): SeedFault[] {
  const users = placed('runai.users', part.users);
  const keys = users.flatMap(({ entry: { accessKey }, place }) =>
    accessKey === undefined ? [] : [{ entry: accessKey, place: `${place}.accessKey` }],
  );
  const applications = placed('runai.applications', part.applications);
  const accounts = placed('runai.serviceAccounts', part.serviceAccounts);
  const clients = placed('runai.clients', part.clients);
  const units = (['clusters', 'departments', 'projects', 'workloads'] as const).flatMap((list) =>
    twice(`${list}: \`id\``, placed<{ readonly id: string }>(`runai.${list}`, part[list]), ({ id }) =>
      id.toLowerCase(),
    ),
  );
  return [
    ...twice('users: `email`', users, ({ email }) => email.toLowerCase()),
    ...twice('applications: `name`', applications, ({ name }) => name.toLowerCase()),
    ...twice('serviceAccounts: `name`', accounts, ({ name }) => name.toLowerCase()),
    ...twice('clients: `clientId`', clients, ({ clientId }) => clientId),
    ...twice('access keys: `id`', keys, ({ id }) => id),
    ...twice<{ readonly id?: string }>(
      'users, applications and serviceAccounts: `id`',
      [...users, ...applications, ...accounts],
      ({ id }) => id,
    ),
    ...twice<{ readonly clientId: string }>(
      'access keys, applications and serviceAccounts: `clientId`',
      [...keys, ...applications, ...accounts],
      ({ clientId }) => clientId,
    ),
    ...units,
    ...twice('accessRules', placed('runai.accessRules', part.accessRules), (rule) => JSON.stringify(rule)),
  ];
}

/** A name that something has for something else, and where it stands. */
interface Reference {
  readonly place: string;
  readonly kind: string;
  readonly id: string | undefined;
}

/** What names something that is not in the seed. */
function dangling(part: RunaiSeed): SeedFault[] {
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
  const units = [...placed('runai.departments', part.departments), ...placed('runai.projects', part.projects)];
  const references: Reference[] = [
    ...units.flatMap(({ entry: { clusterId, departmentId }, place }): Reference[] => [
      { place: `${place}.clusterId`, kind: 'cluster', id: clusterId },
      { place: `${place}.departmentId`, kind: 'department', id: departmentId },
    ]),
    ...placed('runai.workloads', part.workloads).map(({ entry: { projectId }, place }): Reference => {
      return { place: `${place}.projectId`, kind: 'project', id: projectId };
    }),
    ...placed('runai.accessRules', part.accessRules).flatMap(({ entry: rule, place }): Reference[] => [
      { place: `${place}.subjectId`, kind: rule.subjectType, id: rule.subjectId.toLowerCase() },
      { place: `${place}.scopeId`, kind: rule.scopeType, id: rule.scopeId },
    ]),
  ];
  return references.flatMap(({ place, kind, id }): SeedFault[] => {
    const valid = own(known, kind);
    if (id === undefined || valid === undefined || valid.includes(id)) return [];
    return [{ place, message: `\`${place}\` names the ${kind} \`${id}\`, which is not in the seed`, given: id, valid }];
  });
}
