import type { SeedFault } from '../../service.ts';
import type { RunaiSeed } from './seed-schema.ts';

/** What the schema cannot say of a seed: what occurs twice, and what refers to nothing. */
export function faultsOf(part: RunaiSeed): SeedFault[] {
  return [...repeated(part), ...dangling(part)];
}

/** Ids, and the names that somebody is found by, which occur twice. */
function repeated({
  users = [],
  applications = [],
  serviceAccounts = [],
  clients = [],
  ...units
}: RunaiSeed): string[] {
  const keys = users.flatMap(({ accessKey }) => accessKey ?? []);
  const groups: [what: string, values: readonly (string | undefined)[]][] = [
    ['users: `email`', users.map(({ email }) => email.toLowerCase())],
    ['applications: `name`', applications.map(({ name }) => name.toLowerCase())],
    ['serviceAccounts: `name`', serviceAccounts.map(({ name }) => name.toLowerCase())],
    ['clients: `clientId`', clients.map(({ clientId }) => clientId)],
    ['access keys: `id`', keys.map(({ id }) => id)],
    [
      'users, applications and serviceAccounts: `id`',
      [...users, ...applications, ...serviceAccounts].map(({ id }) => id),
    ],
    [
      'access keys, applications and serviceAccounts: `clientId`',
      [...keys, ...applications, ...serviceAccounts].map(({ clientId }) => clientId),
    ],
    ...(['clusters', 'departments', 'projects', 'workloads'] as const).map((name): [string, readonly string[]] => [
      `${name}: \`id\``,
      (units[name] ?? []).map(({ id }) => id.toLowerCase()),
    ]),
    ['accessRules', (units.accessRules ?? []).map((rule) => JSON.stringify(rule))],
  ];
  return groups.flatMap(([what, values]) => {
    const twice = values.filter((value, index) => value !== undefined && values.indexOf(value) !== index);
    return [...new Set(twice)].map((value) => `${what} \`${value}\` occurs twice in \`runai\``);
  });
}

type Reference = [place: string, kind: string, id: string | undefined];

/** What names something that is not in the seed. */
function dangling(part: RunaiSeed): SeedFault[] {
  const { tenant, users = [], applications = [], serviceAccounts = [], accessRules = [] } = part;
  const { clusters = [], departments = [], projects = [], workloads = [] } = part;
  const ids = (units: readonly { id: string }[]) => units.map(({ id }) => id);
  const known: Readonly<Record<string, readonly string[]>> = {
    cluster: ids(clusters),
    department: ids(departments),
    project: ids(projects),
    tenant: [String(tenant.id)],
    user: users.map(({ email }) => email.toLowerCase()),
    app: applications.map(({ name }) => name.toLowerCase()),
    'service-account': serviceAccounts.map(({ name }) => name.toLowerCase()),
  };
  const references: Reference[] = [
    ...departments.map(({ clusterId }, at): Reference => [`departments[${at}]`, 'cluster', clusterId]),
    ...projects.flatMap(({ clusterId, departmentId }, at): Reference[] => [
      [`projects[${at}]`, 'cluster', clusterId],
      [`projects[${at}]`, 'department', departmentId],
    ]),
    ...workloads.map(({ projectId }, at): Reference => [`workloads[${at}]`, 'project', projectId]),
    ...accessRules.flatMap(({ subjectType, subjectId, scopeType, scopeId }, at): Reference[] => [
      [`accessRules[${at}]`, subjectType, subjectId.toLowerCase()],
      [`accessRules[${at}]`, scopeType, scopeId],
    ]),
  ];
  return references.flatMap(([place, kind, id]): SeedFault[] => {
    const valid = known[kind];
    if (id === undefined || valid === undefined || valid.includes(id)) return [];
    const message = `\`runai.${place}\` names the ${kind} \`${id}\`, which is not in the seed`;
    return [{ message, given: id, valid }];
  });
}
