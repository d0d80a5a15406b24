import { list, object, text } from '../../core/json-schema.ts';
import { PROFILES, ROLES_OF } from './laws.ts';
import { SCOPE_TYPES } from './tables/index.ts';

/** As the API itself asks for. */
const keyName = { type: 'string', pattern: '^[a-z][-_a-z0-9]*[a-z0-9]$', minLength: 2, maxLength: 255 } as const;

const roleNames = [...new Set(PROFILES.flatMap((profile) => ROLES_OF[profile].map(({ name }) => name)))];
const role = { enum: [null, ...roleNames] } as const;

/** Ids that stand in paths: one official client writes `_` as `-`. */
const id = { ...text, pattern: '^[A-Za-z0-9.-]+$' } as const;

/** What Run:ai's part of a seed file may hold (JSON Schema). */
export const SEED_SCHEMA = object(
  {
    tenant: object({ id: { type: 'integer' }, name: text, realm: { ...text, pattern: '^[A-Za-z0-9._-]+$' } }),
    users: list(
      object(
        {
          id: text,
          email: text,
          password: text,
          role,
          groups: list(text),
          accessKey: object({ id: text, name: keyName, clientId: text, clientSecret: text }, ['id']),
        },
        ['id', 'groups', 'accessKey'],
      ),
    ),
    applications: list(object({ id: text, name: text, clientId: text, secret: text, role }, ['id'])),
    serviceAccounts: list(object({ id: text, name: text, clientId: text, clientSecret: text, role }, ['id'])),
    clients: list(object({ clientId: text, redirectUris: list(text) })),
    clusters: list(object({ id, name: text })),
    departments: list(object({ id, name: text, clusterId: id }, ['clusterId'])),
    projects: list(object({ id, name: text, departmentId: id, clusterId: id }, ['departmentId', 'clusterId'])),
    workloads: list(object({ id, name: text, type: text, phase: text, projectId: id })),
    accessRules: list(
      object({
        subjectType: { enum: ['user', 'group', 'app', 'service-account'] },
        subjectId: text,
        role: { enum: roleNames },
        scopeType: { enum: SCOPE_TYPES.map((row) => row.id) },
        scopeId: text,
      }),
    ),
  },
  [
    'users',
    'applications',
    'serviceAccounts',
    'clients',
    'clusters',
    'departments',
    'projects',
    'workloads',
    'accessRules',
  ],
);
