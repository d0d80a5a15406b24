import { AIR_SCOPES, stagedAir } from '../../support/air-requests.ts';
import { cast } from '../../support/cast.ts';
import type { Operation } from '../../support/documents.ts';
import { asOwner, createKey, FUNCTIONS, OWNER } from '../../support/nak.ts';
import { ngcCast } from '../../support/ngc-cast.ts';
import { OPERATION_NAMES, type OperationName, stagedServer } from '../../support/nvcf-requests.ts';
import {
  basic,
  codeOf,
  INTROSPECTION,
  postForm,
  REALM_TOKEN,
  REVOCATION,
  tokensOf,
  V2_TOKEN,
} from '../../support/oauth.ts';
import type { TestServer } from '../../support/server.ts';
import type { Credentials, Preferred } from './requests.ts';
import type { Versions } from './world.ts';

type Server = Pick<TestServer, 'call'>;

/** Whoever may ask, in which order, and what of them no answer may show. */
export interface Enrolled {
  readonly credentials: Credentials;
  readonly preferred: Preferred;
  readonly secrets: readonly string[];
}

/** How many operations are asked for by recipe, so that there are objects in every state. */
const RECIPES = 25;
const EVERY_ROLE = [
  'air-admin',
  'air_admin',
  'air_sre',
  'air_image_claimer',
  'air_simengine_developer',
  'air_instructor',
  'air_org_admin',
  'user_admin',
  'Cloud Functions Admin',
];
const FULL = 'nvcf-full-access';

/** Credentials of every kind, good ones and others. */
export async function enrolled(server: Server, { runai }: Versions): Promise<Enrolled> {
  const ofRunai = await runaiTokens(server, runai === '2.19');
  const ofAir = await madeKeys(server);
  const ofCast = ngcCast.keys.map(({ name, key }): [string, string] => [`the key ${name}`, `Bearer ${key}`]);
  const [bot] = cast.serviceAccounts;
  const pair = Buffer.from(`${bot?.clientId}:${bot?.clientSecret}`).toString('base64');
  const others: [string, string][] = [
    ['a client by Basic', `Basic ${pair}`],
    ['a key of nobody', `Bearer nvapi-${'x'.repeat(64)}`],
  ];
  const credentials = Object.fromEntries([...ofRunai, ...ofAir, ...ofCast, ...others]);
  const names = (some: readonly [string, string][]) => some.map(([name]) => name);
  return {
    credentials,
    preferred: {
      runai: [...names(ofRunai), 'a client by Basic'],
      air: [...names(ofAir), ...names(ofCast)],
      nvcf: [`the key ${FULL}`, ...names(ofCast)],
      nvct: ['the key nvct-cli', ...names(ofCast)],
      catalogue: ['the key catalogue-user', ...names(ofCast)],
      ngc: ['the key owner', ...names(ofCast)],
    },
    secrets: [
      ...Object.values(credentials).map((line) => line.replace(/^\w+ /, '')),
      ...cast.users.flatMap(({ password, accessKey }) => [password, accessKey.clientSecret]),
      ...cast.applications.map(({ secret }) => secret),
      ...cast.serviceAccounts.map(({ clientSecret }) => clientSecret),
    ],
  };
}

async function runaiTokens(server: Server, isOld: boolean): Promise<[string, string][]> {
  const granted: [string, string][] = [];
  const grant = async (name: string, clientId = '', secret = '') => {
    const body = isOld
      ? { grantType: 'app_token', AppId: clientId, AppSecret: secret }
      : { grantType: 'client_credentials', clientId, clientSecret: secret };
    const answer = await server.call('POST /api/v1/token', { body });
    if (answer.status === 200) granted.push([`${name} of Run:ai`, `Bearer ${answer.body.accessToken}`]);
  };
  const [application] = cast.applications;
  const [bot, plainBot] = cast.serviceAccounts;
  const [admin, researcher] = cast.users.map(({ accessKey }) => accessKey);
  await grant('the administrator', admin?.clientId, admin?.clientSecret);
  await grant('an application', application?.clientId, application?.secret);
  await grant('a service account', bot?.clientId, bot?.clientSecret);
  await grant('a plain service account', plainBot?.clientId, plainBot?.clientSecret);
  await grant('a researcher', researcher?.clientId, researcher?.clientSecret);
  return granted;
}

async function madeKeys(server: Server): Promise<[string, string][]> {
  const made: [string, string][] = [];
  const make = async (name: string, order: object) => {
    const answer = await server.call('POST /_mock/keys', { body: { name, ...order, force: true } });
    if (answer.status === 201) made.push([name, `Bearer ${answer.body.key}`]);
  };
  await make('a person with every role', { ...PERSON, services: ['air', 'nvcf'], roles: EVERY_ROLE });
  await make('a service key with every scope of Air', { type: 'service', services: ['air'], scopes: AIR_SCOPES });
  return made;
}

const PERSON = { type: 'personal', user: 'fuzz@acme.test' };

/** Objects in every state: some of the recipes that other tests have, by the seed, and logins by page. */
export async function staged(
  server: Server,
  { air: profile, nvcf: profileOfFunctions }: Versions,
  operations: readonly Operation[],
  token: string,
  seed: number,
): Promise<void> {
  const air = await stagedAir(server, profile);
  const nvcf = await stagedServer(server);
  const ofAir = operations.filter(({ service }) => service === 'air');
  for (let index = 0; index < RECIPES; index++) {
    const { id, method, path } = ofAir[(seed * 31 + index * 17) % ofAir.length] as Operation;
    await attempt(async () => air.ask(`${method} ${path}`, await air.fill(id), air.admin));
    const name = OPERATION_NAMES[(seed * 13 + index * 7) % OPERATION_NAMES.length] as OperationName;
    await attempt(() => nvcf.ask(name, keyOf(FULL)));
  }
  for (const [request, body] of RUNAI_ORDERS) await server.call(request, { token, body });
  for (const [request, body] of NGC_ORDERS) await server.call(request, { token: keyOf('owner'), body });
  for (const [request, body] of TASK_ORDERS) await server.call(request, { token: keyOf('nvct-cli'), body });
  if (profileOfFunctions === 'open-source') await stagedKeys(server);
  await stagedLogins(server);
}

/** Somebody logs in by the page; and clients ask for tokens and of tokens by form. */
async function stagedLogins(server: Server): Promise<void> {
  await attempt(() => codeOf(server));
  await attempt(async () => {
    const { access_token: accessToken, refresh_token: refreshToken } = await tokensOf(server);
    const { clientId = '', secret = '' } = cast.applications[0] ?? {};
    const client = basic(clientId, secret);
    await postForm(server, REVOCATION, { token: refreshToken, client_id: clientId, client_secret: secret });
    await postForm(server, INTROSPECTION, { token: accessToken, client_id: clientId, client_secret: secret }, client);
    const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
    for (const path of [V2_TOKEN, REALM_TOKEN]) await postForm(server, path, grant);
  });
  await postForm(server, '/v3/keys/get-caller-info', { credentials: keyOf('owner') });
}

/** Owners of the key service have keys, and services ask about one. */
async function stagedKeys(server: Server): Promise<void> {
  for (const owner of [OWNER, 'ci@example.test']) {
    const headers = asOwner(owner);
    const { body } = await createKey(server, {}, headers);
    const ofUser = `/v1/service-admin/users/${owner}/keys/${body.id}`;
    for (const path of [`/v1/keys/${body.id}`, `/v1/admin/users/${owner}`, ofUser]) {
      await server.call(`GET ${path}`, { headers });
    }
    await server.call(`PUT ${ofUser}/status`, { headers, body: { status: 'SUSPENDED' } });
    await server.call(`PUT /v1/admin/users/${owner}/status`, { body: { status: 'ACTIVE' } });
  }
  await server.call(`GET /v1/services/${FUNCTIONS}`);
  const key = keyOf('nvcf-cli');
  await server.call('POST /v1/introspect', { body: { audience_service_id: FUNCTIONS, key } });
  await server.call('POST /v1/namespaces/nvcf/evaluations/apikey.allow', { body: { input: { apiKey: key } } });
  await server.call('POST /v1/admin/lookup', { body: { key } });
}

function keyOf(name: string): string {
  return ngcCast.keys.find((one) => one.name === name)?.key ?? '';
}

/** A recipe may need what another version has; what it made until then is there all the same. */
async function attempt(recipe: () => Promise<unknown>): Promise<void> {
  await recipe().catch(() => undefined);
}

const POLICY = {
  product: 'nv-cloud-functions',
  scopes: ['list_functions'],
  resources: [{ id: '*', type: 'account-functions' }],
};

/** What NGC accepts. */
const NGC_ORDERS: readonly [request: string, body: unknown][] = [
  ['POST /v3/orgs/acme/keys/type/SERVICE_KEY', { name: 'fuzz', policies: [POLICY] }],
  ['POST /v3/orgs/acme/keys/type/PERSONAL_KEY', { name: 'fuzz', policies: [{ product: 'nv-cloud-functions' }] }],
];

const TASK = {
  gpuSpecification: { gpu: 'L40', instanceType: 'NCP.GPU.L40_1x' },
  resultHandlingStrategy: 'NONE',
};

/** What Cloud Tasks accepts. */
const TASK_ORDERS: readonly [request: string, body: unknown][] = [
  ['POST /v1/nvct/tasks', { name: 'fuzz', containerImage: 'fuzz:1', ...TASK }],
  ['POST /v1/nvct/tasks', { name: 'fuzz-too', helmChart: 'fuzz', ...TASK }],
];

const RULE = { roleId: 7, scopeType: 'project', scopeId: '4600001' };

/** What Run:ai accepts, so that there is something to change. */
const RUNAI_ORDERS: readonly [request: string, body: unknown][] = [
  ['POST /api/v1/authorization/access-rules', { ...RULE, subjectType: 'user', subjectId: 'researcher@acme.test' }],
  ['POST /api/v1/authorization/access-rules', { ...RULE, subjectType: 'group', subjectId: 'fuzzers' }],
  ['POST /api/v1/service-accounts', { name: 'fuzz-bot' }],
  ['POST /api/v1/apps', { name: 'fuzz-app' }],
  ['POST /api/v1/users', { email: 'fuzz@acme.test' }],
  ['POST /api/v1/access-keys', { name: 'fuzz-key' }],
  ['POST /api/v1/user-applications', { name: 'fuzz-own-app' }],
  [
    'POST /api/v2/authorization/roles',
    { name: 'fuzz-role', permissionSets: [{ id: 'a0969bbb-4625-4d29-a478-b6d38f90a9be' }] },
  ],
];
