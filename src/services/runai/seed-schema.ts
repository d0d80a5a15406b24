import { ENUMS } from '../../../generated/runai.enums.ts';
import { list, object, oneOf, optional, schema, text, type ValueOf } from '../../contract/json-schema.ts';
import type { Claims } from '../../tokens/keys.ts';
import { PROFILES, ROLES_BY_PROFILE } from './rulesets.ts';
import { PERMISSION_SETS } from './tables/index.ts';

const ACCESS_KEY_NAME = { pattern: '^[a-z][-_a-z0-9]*[a-z0-9]$', minLength: 2, maxLength: 255 };

export const PREDEFINED_ROLES: readonly string[] = [
  ...new Set(PROFILES.flatMap((profile) => ROLES_BY_PROFILE[profile].map(({ name }) => name))),
];

/** A role of an identity. `ROLE_NAMES` checks its name, because custom roles are part of the seed. */
const role = createRole('A role in the whole tenant: predefined or one of `roles`; null for none.');

function createRole(description: string) {
  return schema<string | null>({ type: ['string', 'null'] }, description);
}

/** An id of a department or project. Without `_`, because ids are used in paths, where one official client replaces it. */
const ID = { minLength: 1, pattern: '^[A-Za-z0-9.-]+$' };

/** An id of a cluster or workload, which is a UUID in the document. */
const UUID = { pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' };

const id = optional(text('The id. Default: derived from the name.'));
const bearer = optional(text('Ignored. Saved casts have it, but the token is derived from the identity.'));
const secret = optional(text('The secret. Default: derived from the id.'));

/** A duration of up to a year. */
function seconds(description: string) {
  return optional(schema<number>({ type: 'integer', minimum: 0, maximum: 31_536_000 }, description));
}

const ACCESS_KEY = {
  id: optional(text('The id. Default: derived from the client id.')),
  name: text('The name of the key.', ACCESS_KEY_NAME),
  clientId: optional(text('The client id. Default: derived from the user and the name of the key.')),
  clientSecret: secret,
};

/** The members of an identity with a client id, without its secret. */
const CLIENT = { id, name: text('The name.'), clientId: optional(text('The client id. Default: the name.')) };

function createRoleRestriction(names: readonly (string | null)[]) {
  return { items: { properties: { role: { enum: names } } } };
}

const ROLE_OR_NULL = createRoleRestriction([null, ...PREDEFINED_ROLES]);

/** Allows only the names of predefined roles, unless there are custom roles. Then `findErrors` checks the names. */
const ROLE_NAMES = {
  if: { required: ['roles'] },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
  then: {},
  else: {
    properties: {
      users: ROLE_OR_NULL,
      applications: ROLE_OR_NULL,
      serviceAccounts: ROLE_OR_NULL,
      groups: ROLE_OR_NULL,
      accessRules: createRoleRestriction(PREDEFINED_ROLES),
    },
  },
};

const USER = object({
  id,
  email: text('The e-mail address, which is the login name.'),
  password: optional(text('The password. Default: derived from the id.')),
  role,
  groups: optional(list(text(), 'Groups from an identity provider. Access rules can have a group as subject.')),
  accessKey: optional(object(ACCESS_KEY, 'An access key of the user. Default: none.')),
  accessKeys: optional(list(object(ACCESS_KEY), 'More access keys of the user.')),
  bearer,
});

const GROUP = object({
  name: text('The name, as in tokens of the identity provider.'),
  role: createRole('The role of all members in the whole tenant; null for none.'),
  users: optional(list(text(), 'E-mail addresses of members, in addition to users with this group in `groups`.')),
});

const CUSTOM_ROLE = object({
  name: text('The name. Predefined names are not allowed.'),
  description: optional(text('The purpose of the role. Default: empty.', {})),
  permissionSets: list(
    oneOf(PERMISSION_SETS.map(({ name }) => name)),
    'Names of permission sets, such as `projectsReadAccess`.',
  ),
});

const OAUTH_CLIENT = object({
  clientId: text('The client id.'),
  redirectUris: list(
    text(),
    'Allowed redirect URIs of a login: URLs, paths of this server, loopback URLs without a port for any port, or `http://localhost:*` for any port and path.',
  ),
});

const CLUSTER = object({ id: text('The id, a UUID.', UUID), name: text('The name.') });

const DEPARTMENT = object({
  id: text('The id.', ID),
  name: text('The name.'),
  clusterId: optional(text('The id of the cluster. Default: the first of `clusters`.', UUID)),
});

const PROJECT = object({
  id: text('The id.', ID),
  name: text('The name.'),
  departmentId: optional(text('The id of the department.', ID)),
  clusterId: optional(
    text('The id of the cluster. Default: the cluster of the department, or the first of `clusters`.', UUID),
  ),
});

const WORKLOAD = object({
  id: text('The id, a UUID.', UUID),
  name: text('The name.'),
  type: text('The type, such as `Training`.'),
  phase: optional(
    oneOf(ENUMS.Workload.phase, 'A fixed phase, such as `Running`. Default: changes over time, see `workloadPhases`.'),
  ),
  fails: optional(schema<boolean>({ type: 'boolean' }, 'Whether the last phase is `Failed`. Not with `phase`.')),
  projectId: text('The id of the project.', ID),
});

const WORKLOAD_PHASES = object(
  {
    pendingSeconds: seconds('How long a workload is `Pending`. Default: 5.'),
    runningSeconds: seconds('How long a workload is `Running` after that. Default: 60.'),
    failing: optional(list(text(), 'Names of submitted workloads that end in `Failed` instead of `Completed`.')),
  },
  'Durations of the phases of workloads without a `phase`.',
);

const CLAIM_RULE = object({
  sub: optional(text('Only tokens of this subject: its id, e-mail address or name.')),
  clientId: optional(text('Only tokens of this client.')),
  set: optional(schema<Claims>({ type: 'object' }, 'Claims to add or replace.')),
  remove: optional(list(text(), 'Claims to remove.')),
});

const ACCESS_RULE = object({
  subjectType: oneOf(ENUMS.AccessRule.subjectType, 'The type of the subject that has the role.'),
  subjectId: text('The subject: the e-mail address of a user, or the name of a group, application or service account.'),
  role: text('The name of the role, predefined or one of `roles`.'),
  scopeType: oneOf(ENUMS.AccessRule.scopeType, 'The type of the scope in which the subject has the role.'),
  scopeId: text('The id of the scope: a tenant, cluster, department or project.'),
});

const MEMBERS = object({
  tenant: object(
    {
      id: schema<number>({ type: 'integer' }, 'The id, an integer.'),
      name: text('The name.'),
      realm: text('The realm, as in the issuer path.', { minLength: 1, pattern: '^[A-Za-z0-9._-]+$' }),
    },
    'The only tenant.',
  ),
  users: optional(list(USER, 'Users who log in with a password.')),
  applications: optional(
    list(object({ ...CLIENT, secret, role, bearer }), 'Applications. They authenticate with client id and secret.'),
  ),
  serviceAccounts: optional(
    list(
      object({ ...CLIENT, clientSecret: secret, role, bearer }),
      'Service accounts. They authenticate with client id and secret.',
    ),
  ),
  groups: optional(
    list(GROUP, 'Groups of an identity provider. Access rules can also have groups that are not listed here.'),
  ),
  roles: optional(list(CUSTOM_ROLE, 'Custom roles. Versions without custom roles ignore them.')),
  clients: optional(list(OAUTH_CLIENT, 'Public OAuth clients for user logins.')),
  clusters: optional(list(CLUSTER, 'Clusters.')),
  departments: optional(list(DEPARTMENT, 'Departments.')),
  projects: optional(list(PROJECT, 'Projects.')),
  workloads: optional(list(WORKLOAD, 'Workloads.')),
  claims: optional(
    list(CLAIM_RULE, 'Changes to issued access tokens and ID tokens, as with `PUT /_mock/tokens/claims`.'),
  ),
  workloadPhases: optional(WORKLOAD_PHASES),
  accessRules: optional(list(ACCESS_RULE, 'Roles in scopes, in addition to the `role` members above.')),
});

export const SEED_SCHEMA = { ...MEMBERS, ...ROLE_NAMES };

export type WrittenSeed = ValueOf<typeof MEMBERS>;

/** The name of a list whose entries are identified by members. */
export type ListName = Exclude<keyof WrittenSeed, 'tenant' | 'workloadPhases' | 'claims'>;

export type WrittenEntries = { readonly [List in ListName]: NonNullable<WrittenSeed[List]>[number] };

/** A cluster, department or project; only projects have all members. */
export type SeedUnit = ValueOf<typeof PROJECT>;
export type SeedWorkload = ValueOf<typeof WORKLOAD>;
export type SeedRole = ValueOf<typeof CUSTOM_ROLE>;
export type SeedRule = ValueOf<typeof ACCESS_RULE>;
export type SeedOAuthClient = ValueOf<typeof OAUTH_CLIENT>;

export type SecretMember = 'password' | 'secret' | 'clientSecret';

/** An entry with all credentials filled in. */
type Complete<Entry> = Entry & Required<Pick<Entry, keyof Entry & ('id' | 'clientId' | SecretMember)>>;

export type WrittenAccessKey = NonNullable<WrittenEntries['users']['accessKey']>;

export type SeedUser = Complete<Omit<WrittenEntries['users'], 'accessKey' | 'accessKeys'>> & {
  readonly accessKey?: Complete<WrittenAccessKey>;
  readonly accessKeys?: readonly Complete<WrittenAccessKey>[];
  /** Hash of `password`. Only the built-in cast has it; a test compares the two. */
  readonly passwordHash?: string;
};

/** The Run:ai part of a seed with all omitted members filled in. */
export type RunaiSeed = Omit<WrittenSeed, 'users' | 'applications' | 'serviceAccounts'> & {
  readonly users?: readonly SeedUser[];
  readonly applications?: readonly Complete<WrittenEntries['applications']>[];
  readonly serviceAccounts?: readonly Complete<WrittenEntries['serviceAccounts']>[];
};
