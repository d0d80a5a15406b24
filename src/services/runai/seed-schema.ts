import { ENUMS } from '../../../generated/runai.enums.ts';
import { describe, listSchema, NON_EMPTY, objectSchema } from '../../definitions/json-schema.ts';
import { PROFILES, ROLES_BY_PROFILE } from './rulesets.ts';
import { LIST_NAMES, SEED_LISTS } from './seed-lists.ts';
import { PERMISSION_SETS } from './tables/index.ts';

/** A name of an access key, with the pattern that the API requires. */
const accessKeyName = { type: 'string', pattern: '^[a-z][-_a-z0-9]*[a-z0-9]$', minLength: 2, maxLength: 255 } as const;

/** Names of the predefined roles in all versions. */
export const PREDEFINED_ROLES: readonly string[] = [
  ...new Set(PROFILES.flatMap((profile) => ROLES_BY_PROFILE[profile].map(({ name }) => name))),
];

/** A role of an identity. `ROLE_NAMES` checks its name, because custom roles are part of the seed. */
const role = describe(
  { type: ['string', 'null'] },
  'A role in the whole tenant: predefined or one of `roles`; null for none.',
);

const permissionSetNames = PERMISSION_SETS.map(({ name }) => name);

/** An id of a department or project. Without `_`, because ids are used in paths, where one official client replaces it. */
const id = { ...NON_EMPTY, pattern: '^[A-Za-z0-9.-]+$' } as const;

/** An id of a cluster or workload, which is a UUID in the document. */
const uuid = { type: 'string', pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' } as const;

/** A duration of up to a year. */
const seconds = { type: 'integer', minimum: 0, maximum: 31_536_000 } as const;

const ID_DESCRIPTION = 'The id. Default: derived from the name.';
const bearer = describe(NON_EMPTY, 'Ignored. Saved casts have it, but the token is derived from the identity.');
const SECRET_DESCRIPTION = 'The secret. Default: derived from the id.';

const ACCESS_KEY = objectSchema(
  {
    id: describe(NON_EMPTY, 'The id. Default: derived from the client id.'),
    name: describe(accessKeyName, 'The name of the key.'),
    clientId: describe(NON_EMPTY, 'The client id. Default: derived from the user and the name of the key.'),
    clientSecret: describe(NON_EMPTY, SECRET_DESCRIPTION),
  },
  ['id', 'clientId', 'clientSecret'],
);

/** Creates the schema of an identity with client id and secret. @param secret name of the member with the secret */
function createClientSchema(secret: 'secret' | 'clientSecret') {
  return objectSchema(
    {
      id: describe(NON_EMPTY, ID_DESCRIPTION),
      name: describe(NON_EMPTY, 'The name.'),
      clientId: describe(NON_EMPTY, 'The client id. Default: the name.'),
      [secret]: describe(NON_EMPTY, SECRET_DESCRIPTION),
      role,
      bearer,
    },
    ['id', 'clientId', secret, 'bearer'],
  );
}

/** Creates a schema that restricts the `role` of the entries of a list. */
function createRoleRestriction(names: readonly (string | null)[]) {
  return { items: { properties: { role: { enum: names } } } };
}

/** The lists whose entries can be subjects of access rules. */
const subjectLists = LIST_NAMES.filter((list) => SEED_LISTS[list].subject !== undefined);

/** Allows only the names of predefined roles, unless there are custom roles. Then `findErrors` checks the names. */
const ROLE_NAMES = {
  if: { required: ['roles'] },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
  then: {},
  else: {
    properties: {
      ...Object.fromEntries(subjectLists.map((list) => [list, createRoleRestriction([null, ...PREDEFINED_ROLES])])),
      accessRules: createRoleRestriction(PREDEFINED_ROLES),
    },
  },
};

const USER = objectSchema(
  {
    id: describe(NON_EMPTY, ID_DESCRIPTION),
    email: describe(NON_EMPTY, 'The e-mail address, which is the login name.'),
    password: describe(NON_EMPTY, 'The password. Default: derived from the id.'),
    role,
    groups: describe(
      listSchema(NON_EMPTY),
      'Groups from an identity provider. Access rules can have a group as subject.',
    ),
    accessKey: describe(ACCESS_KEY, 'An access key of the user. Default: none.'),
    accessKeys: describe(listSchema(ACCESS_KEY), 'More access keys of the user.'),
    bearer,
  },
  ['id', 'password', 'groups', 'accessKey', 'accessKeys', 'bearer'],
);

const TENANT = objectSchema({
  id: describe({ type: 'integer' }, 'The id, an integer.'),
  name: describe(NON_EMPTY, 'The name.'),
  realm: describe({ ...NON_EMPTY, pattern: '^[A-Za-z0-9._-]+$' }, 'The realm, as in the issuer path.'),
});

const GROUP = objectSchema(
  {
    name: describe(NON_EMPTY, 'The name, as in tokens of the identity provider.'),
    role: describe({ type: ['string', 'null'] }, 'The role of all members in the whole tenant; null for none.'),
    users: describe(
      listSchema(NON_EMPTY),
      'E-mail addresses of members, in addition to users with this group in `groups`.',
    ),
  },
  ['users'],
);

const CUSTOM_ROLE = objectSchema(
  {
    name: describe(NON_EMPTY, 'The name. Predefined names are not allowed.'),
    description: describe({ type: 'string' }, 'The purpose of the role. Default: empty.'),
    permissionSets: describe(
      listSchema({ enum: permissionSetNames }),
      'Names of permission sets, such as `projectsReadAccess`.',
    ),
  },
  ['description'],
);

const LOGIN_CLIENT = objectSchema({
  clientId: describe(NON_EMPTY, 'The client id.'),
  redirectUris: describe(
    listSchema(NON_EMPTY),
    'Allowed redirect URIs of a login: URLs, paths of this server, loopback URLs without a port for any port, or `http://localhost:*` for any port and path.',
  ),
});

const CLUSTER = objectSchema({ id: describe(uuid, 'The id, a UUID.'), name: describe(NON_EMPTY, 'The name.') });

const DEPARTMENT = objectSchema(
  {
    id: describe(id, 'The id.'),
    name: describe(NON_EMPTY, 'The name.'),
    clusterId: describe(uuid, 'The id of the cluster. Default: the first of `clusters`.'),
  },
  ['clusterId'],
);

const PROJECT = objectSchema(
  {
    id: describe(id, 'The id.'),
    name: describe(NON_EMPTY, 'The name.'),
    departmentId: describe(id, 'The id of the department.'),
    clusterId: describe(
      uuid,
      'The id of the cluster. Default: the cluster of the department, or the first of `clusters`.',
    ),
  },
  ['departmentId', 'clusterId'],
);

const WORKLOAD = objectSchema(
  {
    id: describe(uuid, 'The id, a UUID.'),
    name: describe(NON_EMPTY, 'The name.'),
    type: describe(NON_EMPTY, 'The type, such as `Training`.'),
    phase: describe(
      { enum: ENUMS.Workload.phase },
      'A fixed phase, such as `Running`. Default: changes over time, see `workloadPhases`.',
    ),
    fails: describe({ type: 'boolean' }, 'Whether the last phase is `Failed`. Not with `phase`.'),
    projectId: describe(id, 'The id of the project.'),
  },
  ['phase', 'fails'],
);

const CLAIM_RULE = objectSchema(
  {
    sub: describe(NON_EMPTY, 'Only tokens of this subject: its id, e-mail address or name.'),
    clientId: describe(NON_EMPTY, 'Only tokens of this client.'),
    set: describe({ type: 'object' }, 'Claims to add or replace.'),
    remove: describe(listSchema(NON_EMPTY), 'Claims to remove.'),
  },
  ['sub', 'clientId', 'set', 'remove'],
);

const WORKLOAD_PHASES = objectSchema(
  {
    pendingSeconds: describe(seconds, 'How long a workload is `Pending`. Default: 5.'),
    runningSeconds: describe(seconds, 'How long a workload is `Running` after that. Default: 60.'),
    failing: describe(
      listSchema(NON_EMPTY),
      'Names of submitted workloads that end in `Failed` instead of `Completed`.',
    ),
  },
  ['pendingSeconds', 'runningSeconds', 'failing'],
);

const ACCESS_RULE = objectSchema({
  subjectType: describe({ enum: ENUMS.AccessRule.subjectType }, 'The type of the subject that has the role.'),
  subjectId: describe(
    NON_EMPTY,
    'The subject: the e-mail address of a user, or the name of a group, application or service account.',
  ),
  role: describe(NON_EMPTY, 'The name of the role, predefined or one of `roles`.'),
  scopeType: describe({ enum: ENUMS.AccessRule.scopeType }, 'The type of the scope in which the subject has the role.'),
  scopeId: describe(NON_EMPTY, 'The id of the scope: a tenant, cluster, department or project.'),
});

const MEMBERS = objectSchema(
  {
    tenant: describe(TENANT, 'The only tenant.'),
    users: describe(listSchema(USER), 'Users who log in with a password.'),
    applications: describe(
      listSchema(createClientSchema('secret')),
      'Applications. They authenticate with client id and secret.',
    ),
    serviceAccounts: describe(
      listSchema(createClientSchema('clientSecret')),
      'Service accounts. They authenticate with client id and secret.',
    ),
    groups: describe(
      listSchema(GROUP),
      'Groups of an identity provider. Access rules can also have groups that are not listed here.',
    ),
    roles: describe(listSchema(CUSTOM_ROLE), 'Custom roles. Versions without custom roles ignore them.'),
    clients: describe(listSchema(LOGIN_CLIENT), 'Public OAuth clients for user logins.'),
    clusters: describe(listSchema(CLUSTER), 'Clusters.'),
    departments: describe(listSchema(DEPARTMENT), 'Departments.'),
    projects: describe(listSchema(PROJECT), 'Projects.'),
    workloads: describe(listSchema(WORKLOAD), 'Workloads.'),
    claims: describe(
      listSchema(CLAIM_RULE),
      'Changes to issued access tokens and ID tokens, as with `PUT /_mock/tokens/claims`.',
    ),
    workloadPhases: describe(WORKLOAD_PHASES, 'Durations of the phases of workloads without a `phase`.'),
    accessRules: describe(listSchema(ACCESS_RULE), 'Roles in scopes, in addition to the `role` members above.'),
  },
  [...LIST_NAMES, 'workloadPhases', 'claims'],
);

/** The JSON Schema of the Run:ai part of a seed. */
export const SEED_SCHEMA = { ...MEMBERS, ...ROLE_NAMES };
