import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DocumentedOperation, readDocumentedOperations } from './documented-operations.ts';
import { emptyFolder } from './folder.ts';
import { type Answer, type TestServer, testServer } from './server.ts';

/** The versions with separate tables. */
export type RunaiProfile = '2.19' | '2.24' | '3.0';

export const SCOPE_TYPES = ['system', 'tenant', 'cluster', 'department', 'project'] as const;
export type ScopeType = (typeof SCOPE_TYPES)[number];

/** The scope of an access rule. */
export interface Place {
  readonly type: ScopeType;
  readonly id: string;
}

const CLUSTER_A = '3f6d2c10-8a54-4b7e-9d21-5e0a7c4f0001';
const CLUSTER_B = '3f6d2c10-8a54-4b7e-9d21-5e0a7c4f0002';

/** All scopes of the staged world: those of the cast, and a second cluster. */
export const PLACES = {
  system: { type: 'system', id: 'system' },
  acme: { type: 'tenant', id: '1001' },
  'cluster-a': { type: 'cluster', id: CLUSTER_A },
  'cluster-b': { type: 'cluster', id: CLUSTER_B },
  research: { type: 'department', id: '4500001' },
  platform: { type: 'department', id: '4500002' },
  robotics: { type: 'department', id: '4500003' },
  vision: { type: 'project', id: '4600001' },
  speech: { type: 'project', id: '4600002' },
  tooling: { type: 'project', id: '4600003' },
  arms: { type: 'project', id: '4600004' },
} as const satisfies Readonly<Record<string, Place>>;

export type PlaceName = keyof typeof PLACES;
export const PLACE_NAMES = Object.keys(PLACES) as readonly PlaceName[];

/** The default scope of an object. */
const HERE: Readonly<Record<ScopeType, PlaceName>> = {
  system: 'system',
  tenant: 'acme',
  cluster: 'cluster-a',
  department: 'research',
  project: 'vision',
};

const UNITS = {
  clusters: [
    { id: CLUSTER_A, name: 'cluster-a' },
    { id: CLUSTER_B, name: 'cluster-b' },
  ],
  departments: [
    { id: '4500001', name: 'research', clusterId: CLUSTER_A },
    { id: '4500002', name: 'platform', clusterId: CLUSTER_A },
    { id: '4500003', name: 'robotics', clusterId: CLUSTER_B },
  ],
  projects: [
    { id: '4600001', name: 'vision', departmentId: '4500001', clusterId: CLUSTER_A },
    { id: '4600002', name: 'speech', departmentId: '4500001', clusterId: CLUSTER_A },
    { id: '4600003', name: 'tooling', departmentId: '4500002', clusterId: CLUSTER_A },
    { id: '4600004', name: 'arms', departmentId: '4500003', clusterId: CLUSTER_B },
  ],
  workloads: ['vision', 'speech', 'tooling', 'arms'].map((name, index) => ({
    id: `b2a5c7d0-1e3f-4c8a-8b6d-9f0e1d2c000${index + 1}`,
    name: `train-${name}`,
    type: 'Training',
    phase: 'Running',
    projectId: `460000${index + 1}`,
  })),
};

/** The sender of a request. */
export interface RunaiCaller {
  /** The e-mail address or client id. */
  readonly principal: string;
  readonly token: string;
  /** Only for users. */
  readonly password?: string;
}

/** The input of a recipe. */
interface Order {
  readonly caller: RunaiCaller;
  readonly place: Place;
}

/** Values for the path and the body of a request. */
export interface Filling {
  readonly id?: string;
  readonly body?: unknown;
}

/** What a request of an operation needs, so that only rights can make it fail. */
interface Recipe {
  /** The status of success in 2.19, if it differs from later versions, and that of later versions. */
  readonly success?: readonly [former: number, later: number];
  /** Scopes that the object can be in, or be itself; absent: none. The last is the default. */
  readonly within?: readonly ScopeType[];
  /** Creates the objects of a request, as the administrator, or as the caller if they must be the caller's. */
  readonly fill?: Fill;
}

type Fill = (make: Maker, order: Order) => Filling | Promise<Filling>;

const RULES = '/api/v1/authorization/access-rules';
const ROLES = '/api/v2/authorization/roles';
const APPS = '/api/v1/apps';
const ACCOUNTS = '/api/v1/service-accounts';
const KEYS = '/api/v1/access-keys';
const USER_APPS = '/api/v1/user-applications';
const USERS = '/api/v1/users';
const WORKLOADS = '/api/v1/workloads';

const VIEWER = 7;
const ACCOUNT_READ_ACCESS = 'a0969bbb-4625-4d29-a478-b6d38f90a9be';

/** Creates Run:ai objects. */
class Maker {
  readonly #server: Pick<TestServer, 'call'>;
  readonly #root: string;
  #count = 0;
  readonly #rules = new Map<string, Promise<string>>();
  #user: Promise<string> | null = null;

  constructor(server: Pick<TestServer, 'call'>, root: string) {
    this.#server = server;
    this.#root = root;
  }

  name(prefix = 'staged'): string {
    this.#count += 1;
    return `${prefix}-${this.#count}`;
  }

  /** Sends a request, and expects success. */
  async ask(line: string, body?: unknown, token = this.#root): Promise<Answer['body']> {
    const answer = await this.#server.call(line, { token, ...(body !== undefined && { body }) });
    if (answer.status >= 300) throw new Error(`${line} was answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async create(path: string, body: unknown, token?: string): Promise<string> {
    return String((await this.ask(`POST ${path}`, body, token)).id);
  }

  newRule({ type, id }: Place, subjectId = this.name('team')) {
    return { subjectId, subjectType: 'group', roleId: VIEWER, scopeType: type, scopeId: id };
  }

  rule = (place: Place, subjectId?: string) => this.create(RULES, this.newRule(place, subjectId));

  /** A rule per scope, shared by requests that do not delete it. Its subject is fixed when it is created. */
  lastingRule = (place: Place, subjectId?: string) => {
    const made = this.#rules.get(place.id) ?? this.rule(place, subjectId);
    this.#rules.set(place.id, made);
    return made;
  };

  newRole = () => ({ name: this.name('Role'), permissionSets: [{ id: ACCOUNT_READ_ACCESS }] });

  role = () => this.create(ROLES, this.newRole());

  disabledRole = async () => {
    const id = await this.role();
    await this.ask(`POST ${ROLES}/${id}/disable`);
    return id;
  };

  newUser = () => ({ email: `${this.name()}@acme.test` });

  user = () => this.create(USERS, this.newUser());

  /** A user shared by requests that do not delete it, because creating one takes 7 ms and is serialised. */
  lastingUser = () => {
    this.#user ??= this.user();
    return this.#user;
  };

  /** Creates an object that needs only a name. */
  named = (path: string, token?: string) => this.create(path, { name: this.name() }, token);

  newWorkload = ({ id }: Place) => {
    const project = UNITS.projects.find((one) => one.id === id);
    return { name: this.name(), projectId: id, clusterId: project?.clusterId };
  };

  workload = async (kind: string, place: Place) => {
    const { workloadId } = await this.ask(`POST ${WORKLOADS}/${kind}`, this.newWorkload(place));
    return String(workloadId);
  };
}

/** A recipe with a new object per request. */
function about(object: (make: Maker, order: Order) => string | Promise<string>, body?: unknown): Fill {
  return async (make, order) => ({ id: await object(make, order), ...(body !== undefined && { body }) });
}

const realm = about(() => 'acme');
const unit = about((_, { place }) => place.id);
const application = (body?: unknown) => about((make) => make.named(APPS), body);
const serviceAccount = (body?: unknown) => about((make) => make.named(ACCOUNTS), body);
const ownKey = about((make, { caller }) => make.named(KEYS, caller.token));
const ownUserApp = about((make, { caller }) => make.named(USER_APPS, caller.token));
const lastingUser = about((make) => make.lastingUser());
const onlyName: Fill = (make) => ({ body: { name: make.name() } });

/** The operations for workloads of one kind. */
function ofWorkloads(
  kind: string,
  [create, read, remove]: readonly [create: string, read: string, remove: string],
): Readonly<Record<string, Recipe>> {
  const within = ['project'] as const;
  const fill = about((make, { place }) => make.workload(kind, place));
  return {
    [create]: {
      success: [200, 202],
      within,
      fill: (make, { place }) => ({ body: make.newWorkload(place) }),
    },
    [read]: { within, fill },
    [remove]: { success: [204, 202], within, fill },
  };
}

const RECIPES: Readonly<Record<string, Recipe>> = {
  get_userinfo: { fill: realm },
  get_userinfo_by_post: { fill: realm },

  create_access_key1: { fill: onlyName },
  get_access_key_by_id1: { fill: ownKey },
  delete_access_key_by_id: { fill: ownKey },
  regenerate_access_key_secret: { fill: ownKey },
  delete_access_key_by_id_administration: { fill: about((make) => make.named(KEYS)) },

  create_user_application: { fill: onlyName },
  get_user_application_by_id: { fill: ownUserApp },
  delete_user_application_by_id: { fill: ownUserApp },
  regenerate_user_application_secret: { fill: ownUserApp },
  delete_user_application_by_id_administration: { fill: about((make) => make.named(USER_APPS)) },

  create_application: { fill: onlyName },
  get_application_by_id: { fill: application() },
  update_application_by_id: { fill: application({ enabled: false }) },
  delete_application_by_id: { fill: application() },
  regenerate_application_secret: { fill: application() },

  create_service_account: { fill: onlyName },
  get_service_account_by_id: { fill: serviceAccount() },
  update_service_account_by_id: { fill: serviceAccount({ enabled: false }) },
  delete_service_account_by_id: { fill: serviceAccount() },
  regenerate_service_account_secret: { fill: serviceAccount() },

  create_access_rule: { within: SCOPE_TYPES, fill: (make, { place }) => ({ body: make.newRule(place) }) },
  get_access_rule: { within: SCOPE_TYPES, fill: about((make, { place }) => make.lastingRule(place)) },
  delete_access_rule: { within: SCOPE_TYPES, fill: about((make, { place }) => make.rule(place)) },
  access_rules_batch: {
    fill: async (make) => ({ body: { action: 'delete', ids: [await make.rule(PLACES.vision)] } }),
  },
  access_rules_batch_create: {
    fill: (make) => {
      const { subjectId, subjectType, roleId, scopeType, scopeId } = make.newRule(PLACES.vision);
      const payload = { roleId, subjects: [{ subjectId, subjectType }], scopes: [{ scopeType, scopeId }] };
      return { body: { payload } };
    },
  },

  get_role_v1: { fill: about(() => String(VIEWER)) },
  create_role_v2: { fill: (make) => ({ body: make.newRole() }) },
  get_role_by_id_v2: { fill: about((make) => make.role()) },
  update_role_v2: { fill: async (make) => ({ id: await make.role(), body: make.newRole() }) },
  delete_role_by_id_v2: { fill: about((make) => make.role()) },
  enable_role_v2: { fill: about((make) => make.disabledRole()) },
  disable_role_v2: { fill: about((make) => make.role()) },
  get_permission_set_by_id: { fill: about(() => ACCOUNT_READ_ACCESS) },
  get_authorization_setting_by_key: { fill: about(() => 'enableScopedAuthorization') },
  update_authorization_setting_by_key: { fill: () => ({ id: 'enableScopedAuthorization', body: { enabled: true } }) },
  get_security_setting_by_key: { fill: about(() => 'autoRedirectSSO') },
  update_security_setting_by_key: {
    fill: () => ({ id: 'autoRedirectSSO', body: { enabled: false, idpAlias: 'oidc' } }),
  },

  create_user: { fill: (make) => ({ body: make.newUser() }) },
  get_user_by_id: { fill: lastingUser },
  delete_user_by_id: { fill: about((make) => make.user()) },
  logout_user: { fill: lastingUser },
  reset_user_password: { fill: lastingUser },
  change_user_password: {
    fill: (_, { caller }) => ({ body: { currentPassword: caller.password, newPassword: 'another-password' } }),
  },

  get_cluster_by_uuid: { within: ['cluster'], fill: unit },
  get_department: { within: ['department'], fill: unit },
  get_project: { within: ['project'], fill: unit },
  get_workload: { within: ['project'], fill: about((make, { place }) => make.workload('trainings', place)) },
  ...ofWorkloads('workspaces', ['create_workspace1', 'get_workspace', 'delete_workspace']),
  ...ofWorkloads('trainings', ['create_training1', 'get_training', 'delete_training']),
  ...ofWorkloads('distributed', ['create_distributed', 'get_distributed', 'delete_distributed']),
};

const OPERATIONS = readDocumentedOperations('runai');

function recipeOf(operation: string): Recipe {
  return RECIPES[operation] ?? {};
}

function documentedOf(operation: string): DocumentedOperation {
  const documented = OPERATIONS.get(operation);
  if (documented === undefined) throw new Error(`no document has the operation ${operation}`);
  return documented;
}

/** Method and path, as in the document. */
export function requestOf(operation: string): string {
  return documentedOf(operation).request;
}

/** Returns the status of a successful request. */
export function successOf(operation: string, profile: RunaiProfile): number {
  const [former, later] = recipeOf(operation).success ?? [];
  return (profile === '2.19' ? former : later) ?? documentedOf(operation).success;
}

/** Returns the scopes that the operation's object can be in; none for operations without one scope. */
export function placesOf(operation: string): PlaceName[] {
  const { within = [] } = recipeOf(operation);
  return PLACE_NAMES.filter((name) => within.includes(PLACES[name].type));
}

/** Returns the default scope of the operation's object; null for operations without one scope. */
export function usualPlaceOf(operation: string): PlaceName | null {
  const type = recipeOf(operation).within?.at(-1);
  return type === undefined ? null : HERE[type];
}

/** The scope in which a caller is system administrator, without other rights; null: none. */
export const ADMINISTERED = ['system', 'acme', 'cluster-a', 'research', 'vision', null] as const;
export type Administered = (typeof ADMINISTERED)[number];

/** A Run:ai server, with an administrator. */
export interface StagedRunai {
  readonly server: TestServer;
  readonly make: Maker;
  /** Returns a user with a role in the whole tenant. */
  userWith(role: string): Promise<RunaiCaller>;
  administratorOf(place: Administered): Promise<RunaiCaller>;
  /** Creates the objects of a request. */
  fill(operation: string, caller: RunaiCaller, place?: PlaceName): Promise<Filling>;
  ask(operation: string, filling: Filling, caller: RunaiCaller): Promise<Answer>;
  /**
   * Returns the decision about each operation without a concrete object: `allow`, or the reason and the missing rights.
   */
  decisionsAbout(caller: RunaiCaller): Promise<ReadonlyMap<string, string>>;
}

const PASSWORD = 'staged-password';
const SECRET = 'staged-secret';
const ADMINISTRATOR = 'System administrator';

function slug(role: string): string {
  return role.toLowerCase().replaceAll(' ', '-');
}

function emailOf(role: string): string {
  return `${slug(role)}@acme.test`;
}

function accountOf(place: Administered): string {
  return `administrator-of-${place ?? 'nothing'}`;
}

function clientIdOf(place: Administered): string {
  return `client-of-${place ?? 'nothing'}`;
}

/**
 * Returns a seed with a user of every role, and accounts for scopes. 2.19 has no service accounts, 3.0 no applications.
 */
async function seedWith(profile: RunaiProfile, roles: readonly string[]): Promise<string> {
  const isOld = profile === '2.19';
  const accounts = ADMINISTERED.map((place) => ({
    name: accountOf(place),
    clientId: clientIdOf(place),
    [isOld ? 'secret' : 'clientSecret']: SECRET,
    role: null,
  }));
  const accessRules = ADMINISTERED.filter((place) => place !== null).map((place) => ({
    subjectType: isOld ? 'app' : 'service-account',
    subjectId: accountOf(place),
    role: ADMINISTRATOR,
    scopeType: PLACES[place].type,
    scopeId: PLACES[place].id,
  }));
  const users = roles.map((role) => ({
    email: emailOf(role),
    password: PASSWORD,
    role,
    accessKey: { name: 'seeded', clientId: `key-${slug(role)}`, clientSecret: SECRET },
  }));
  const runai = {
    tenant: { id: 1001, name: 'acme', realm: 'acme' },
    users,
    [isOld ? 'applications' : 'serviceAccounts']: accounts,
    ...UNITS,
    accessRules,
  };
  const file = join(await emptyFolder(), 'seed.json');
  await writeFile(file, JSON.stringify({ runai }));
  return file;
}

/** @param roles the role names of the version */
export async function stagedRunai(profile: RunaiProfile, roles: readonly string[]): Promise<StagedRunai> {
  const server = await testServer({ runai: profile, seed: await seedWith(profile, roles) });
  const tokens = new Map<string, string>();
  const tokenOf = async (clientId: string): Promise<string> => {
    const asked =
      profile === '2.19'
        ? { grantType: 'app_token', appID: clientId, appSecret: SECRET }
        : { grantType: 'client_credentials', clientID: clientId, clientSecret: SECRET };
    const token = tokens.get(clientId) ?? (await server.grant(asked)).body.accessToken;
    if (token === undefined) throw new Error(`there is no token for ${clientId}`);
    tokens.set(clientId, token);
    return token;
  };
  const make = new Maker(server, await tokenOf(clientIdOf('system')));
  return {
    server,
    make,
    userWith: async (role) => ({
      principal: emailOf(role),
      token: await tokenOf(`key-${slug(role)}`),
      password: PASSWORD,
    }),
    administratorOf: async (place) => ({ principal: clientIdOf(place), token: await tokenOf(clientIdOf(place)) }),
    fill: async (operation, caller, place) => {
      const name = place ?? usualPlaceOf(operation) ?? HERE.project;
      const { fill = () => ({ body: documentedOf(operation).body }) } = recipeOf(operation);
      return fill(make, { caller, place: PLACES[name] });
    },
    ask: (operation, { id = '', body }, { token }) =>
      server.call(requestOf(operation).replace(/\{\w+\}/, id), { token, ...(body !== undefined && { body }) }),
    decisionsAbout: async ({ principal }) => {
      const body = { principal, operations: '*', service: 'runai' };
      const answer = await server.call('POST /_mock/decisions/simulate', { body });
      const decided = answer.body.operations.map(({ operation, effect, reason, missing = [] }: Decided) => [
        operation,
        effect === 'allow' ? effect : [reason, ...missing].join(' '),
      ]);
      return new Map(decided);
    },
  };
}

interface Decided {
  readonly operation: string;
  readonly effect: 'allow' | 'deny';
  readonly reason?: string;
  readonly missing?: readonly string[];
}
