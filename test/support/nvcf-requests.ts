import { castFunction, castKey } from './ngc-cast.ts';
import type { Answer, Request, TestServer } from './server.ts';

/** The ids of the 15 documented scopes, and of those only in published code. */
export const SCOPES = [
  'invoke_function',
  'list_functions',
  'list_functions_details',
  'queue_details',
  'register_function',
  'deploy_function',
  'update_function',
  'delete_function',
  'authorize_clients',
  'update_secrets',
  'manage_registry_credentials',
  'manage_telemetries',
  'list_clusters',
  'read_gpu_quota_rule',
  'gpu_capacity',
  'list_accounts',
  'account_setup',
  'admin:authorize_clients',
  'list_cluster_groups',
  'cluster-management',
  'read:cluster-management',
  'cluster_listing',
] as const;

/** A function in the caller's account: the version that requests use, and another version. */
export interface Staged {
  functionId: string;
  versionId: string;
  sibling: string;
}

/** The objects that requests use. Whatever a successful request removes is recreated, possibly with another id. */
export interface Stage {
  /** Both versions are deployed. */
  readonly running: Staged & { deploymentId: string; gpuSpecId: string };
  /** No version is deployed. */
  readonly idle: Staged;
  /** Slow, with one queued request. */
  readonly slow: Staged & { requestId: string };
  /** May be deleted. */
  readonly doomed: Staged;
  /** Unused by requests. */
  readonly other: { readonly functionId: string; readonly versionId: string };
  telemetryId: string;
  registryCredentialId: string;
  assetId: string;
}

type TargetName = 'running' | 'idle' | 'slow' | 'doomed';

/** A request of an operation that only the key can make fail. */
interface Recipe {
  readonly target?: TargetName;
  readonly success: number;
  request(stage: Stage): {
    readonly line: string;
    readonly host?: string;
    readonly body?: unknown;
  };
  /** Creates what the request needs. */
  readonly before?: (stage: Stage, admin: Admin) => Promise<void>;
  /** Undoes a success. */
  readonly after?: (stage: Stage, admin: Admin, answer: Answer) => Promise<void>;
}

/** Sends a request as the administrator, and expects success. */
type Admin = (line: string, body?: unknown) => Promise<Answer>;

/** With a secret, because a first secret can only be set while it is not deployed. */
const NEW_FUNCTION = {
  name: 'staged',
  inferenceUrl: '/',
  containerImage: 'nvcr.io/acme/staged:1',
  secrets: [{ name: 'staged', value: 'x' }],
};
const SPECIFICATIONS = {
  deploymentSpecifications: [{ gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1 }],
};
const SECRET = { name: 'token', value: 'dXNlcjpwYXNzd29yZA==' };
const PARTNER = { ncaId: 'nca-partner-0001' };
const NEWCOMER = { ncaId: 'nca-newcomer-0001' };

const ofVersion = ({ functionId, versionId }: Staged) => `functions/${functionId}/versions/${versionId}`;
const onRunning = (method: string, place: string, body?: unknown): Recipe['request'] => {
  return ({ running }) => ({ line: `${method} ${place}${ofVersion(running)}`, body });
};
const deploy = async (stage: Stage, admin: Admin) => {
  const { body } = await admin(`POST /v2/nvcf/deployments/${ofVersion(stage.running)}`, SPECIFICATIONS);
  stage.running.deploymentId = body.deployment.deploymentId;
  stage.running.gpuSpecId = body.deployment.deploymentSpecifications[0].gpuSpecificationId;
};
const deleteVersion = async (_: Stage, admin: Admin, { body }: Answer) => {
  await admin(`DELETE /v2/nvcf/functions/${body.function.id}/versions/${body.function.versionId}`);
};
const addTelemetry = async (stage: Stage, admin: Admin) => {
  stage.telemetryId = (await admin('POST /v2/nvcf/telemetries', newTelemetry('staged'))).body.telemetry.telemetryId;
};
const addRegistryCredential = async (stage: Stage, admin: Admin) => {
  const { body } = await admin('POST /v2/nvcf/registry-credentials', newCredential('staged'));
  stage.registryCredentialId = body.registryCredential.registryCredentialId;
};
const addAsset = async (stage: Stage, admin: Admin) => {
  stage.assetId = (await admin('POST /v2/nvcf/assets', NEW_ASSET)).body.assetId;
};
const newTelemetry = (name: string) => ({
  endpoint: 'https://telemetry.acme.test',
  protocol: 'HTTP',
  provider: 'PROMETHEUS',
  types: ['METRICS'],
  secret: { ...SECRET, name },
});
const newCredential = (name: string) => ({
  registryHostname: 'docker.io',
  secret: { name, value: 'dXNlcjpwYXNz' },
  artifactTypes: ['CONTAINER'],
});
const NEW_ASSET = { contentType: 'text/plain', description: 'staged' };
const CLIENT = { clientId: 'a-client' };

/** Returns the five operations that share a function or a version. */
function sharing(place: (stage: Stage) => string) {
  const path = (stage: Stage) => `/v2/nvcf/authorizations/${place(stage)}`;
  const shareWith = (party: object) => async (stage: Stage, admin: Admin) => {
    await admin(`POST ${path(stage)}`, { authorizedParties: [party] });
  };
  const recipe = (method: string, suffix: string, body?: unknown): Recipe => ({
    target: 'running',
    success: 200,
    before: shareWith(PARTNER),
    request: (stage) => ({ line: `${method} ${path(stage)}${suffix}`, body }),
  });
  return {
    create: recipe('POST', '', { authorizedParties: [NEWCOMER] }),
    get: recipe('GET', ''),
    delete: recipe('DELETE', ''),
    add: recipe('PATCH', '/add', { authorizedParty: NEWCOMER }),
    remove: recipe('PATCH', '/remove', { authorizedParty: PARTNER }),
  };
}
const functionSharing = sharing(({ running }) => `functions/${running.functionId}`);
const versionSharing = sharing(({ running }) => ofVersion(running));

/** A request to the LLM gateway. */
function throughGateway(path: string, body: object): Recipe {
  return {
    target: 'running',
    success: 200,
    request: ({ running }) => ({
      line: `POST /llm/v1/${path}`,
      body: { model: `${running.functionId}/staged`, ...body },
    }),
  };
}

/** The caller's own account. */
const ACCOUNT = '/v2/nvcf/accounts/nca-acme-0001';

/** A request that the mock authorizes but does not emulate. */
function onAccount(method: string, suffix = ''): Recipe {
  return {
    success: 404,
    request: () => ({ line: `${method} ${ACCOUNT}${suffix}`, ...(method !== 'DELETE' && { body: {} }) }),
  };
}

function reading(line: string): Recipe {
  return { success: 200, request: () => ({ line: `GET ${line}` }) };
}

const recipes = {
  listAccounts: reading('/v2/nvcf/accounts'),
  getAccount: reading(ACCOUNT),
  createAccount: onAccount('POST'),
  updateAccount: onAccount('PATCH'),
  deleteAccount: onAccount('DELETE'),
  associateAccountClient: onAccount('PATCH', '/clients/associate'),
  disassociateAccountClient: onAccount('PATCH', '/clients/disassociate'),
  listFunctionAuthorizations: { ...reading('/v2/nvcf/authorizations/functions'), target: 'running' },
  listAccountFunctionAuthorizations: reading(`${ACCOUNT}/authorizations/functions`),
  listClusters: reading('/v1/accounts/nca-acme-0001/clusters'),
  listRegisteredClusterGroups: reading('/v1/si/accounts/nca-acme-0001/clusterGroups'),
  createFunction: {
    success: 200,
    request: () => ({ line: 'POST /v2/nvcf/functions', body: NEW_FUNCTION }),
    after: deleteVersion,
  },
  listFunctions: { target: 'running', success: 200, request: () => ({ line: 'GET /v2/nvcf/functions' }) },
  listFunctionIds: { target: 'running', success: 200, request: () => ({ line: 'GET /v2/nvcf/functions/ids' }) },
  createFunctionVersion: {
    target: 'running',
    success: 200,
    request: ({ running }) => ({
      line: `POST /v2/nvcf/functions/${running.functionId}/versions`,
      body: NEW_FUNCTION,
    }),
    after: deleteVersion,
  },
  listFunctionVersions: {
    target: 'running',
    success: 200,
    request: ({ running }) => ({ line: `GET /v2/nvcf/functions/${running.functionId}/versions` }),
  },
  getFunctionVersion: { target: 'running', success: 200, request: onRunning('GET', '/v2/nvcf/') },
  updateFunctionVersion: {
    target: 'running',
    success: 200,
    request: onRunning('PUT', '/v2/nvcf/', { tags: ['staged'] }),
  },
  deleteFunctionVersion: {
    target: 'doomed',
    success: 204,
    request: ({ doomed }) => ({ line: `DELETE /v2/nvcf/${ofVersion(doomed)}` }),
    after: async ({ doomed }, admin) => {
      const { body } = await admin(`POST /v2/nvcf/functions/${doomed.functionId}/versions`, NEW_FUNCTION);
      doomed.versionId = body.function.versionId;
    },
  },
  updateFunctionMetadata: {
    target: 'running',
    success: 200,
    request: onRunning('PUT', '/v2/nvcf/metadata/', { tags: ['staged'] }),
  },
  updateFunctionRateLimit: {
    target: 'running',
    success: 204,
    request: onRunning('PUT', '/v2/nvcf/ratelimit/', { rateLimit: { rateLimit: '100-S' } }),
  },
  deleteFunctionRateLimit: {
    target: 'running',
    success: 204,
    request: onRunning('DELETE', '/v2/nvcf/ratelimit/'),
  },
  createDeployment: {
    target: 'idle',
    success: 200,
    request: ({ idle }) => ({ line: `POST /v2/nvcf/deployments/${ofVersion(idle)}`, body: SPECIFICATIONS }),
    after: async ({ idle }, admin) => {
      await admin(`DELETE /v2/nvcf/deployments/${ofVersion(idle)}`);
    },
  },
  getDeployment: { target: 'running', success: 200, request: onRunning('GET', '/v2/nvcf/deployments/') },
  updateDeployment: {
    target: 'running',
    success: 200,
    request: onRunning('PUT', '/v2/nvcf/deployments/', SPECIFICATIONS),
  },
  deleteDeployment: {
    target: 'running',
    success: 200,
    request: onRunning('DELETE', '/v2/nvcf/deployments/'),
    after: deploy,
  },
  getDeploymentById: {
    target: 'running',
    success: 200,
    request: ({ running }) => ({ line: `GET /v2/nvcf/deployments/${running.deploymentId}` }),
  },
  updateGpuSpecification: {
    target: 'running',
    success: 200,
    request: ({ running: { deploymentId, gpuSpecId } }) => ({
      line: `PATCH /v2/nvcf/deployments/${deploymentId}/gpu-specifications/${gpuSpecId}`,
      body: { minInstances: 1, maxInstances: 1 },
    }),
  },
  invokeFunction: {
    target: 'running',
    success: 200,
    request: ({ running }) => ({ line: `POST /v2/nvcf/pexec/functions/${running.functionId}`, body: { say: 'hello' } }),
  },
  invokeFunctionVersion: {
    target: 'running',
    success: 200,
    request: onRunning('POST', '/v2/nvcf/pexec/', { say: 'hello' }),
  },
  getInvocationStatus: {
    target: 'slow',
    success: 202,
    request: ({ slow }) => ({ line: `GET /v2/nvcf/pexec/status/${slow.requestId}` }),
  },
  execFunction: {
    target: 'running',
    success: 200,
    request: ({ running }) => ({
      line: `POST /v2/nvcf/exec/functions/${running.functionId}`,
      body: { requestBody: { say: 'hello' } },
    }),
  },
  execFunctionVersion: {
    target: 'running',
    success: 200,
    request: onRunning('POST', '/v2/nvcf/exec/', { requestBody: { say: 'hello' } }),
  },
  getExecStatus: {
    target: 'slow',
    success: 202,
    request: ({ slow }) => ({ line: `GET /v2/nvcf/exec/status/${slow.requestId}` }),
  },
  invokeAtOwnHost: {
    target: 'running',
    success: 200,
    request: ({ running }) => ({
      line: 'POST /v1/chat',
      host: `${running.functionId}.invocation.localhost:6625`,
      body: { say: 'hello' },
    }),
  },
  getFunctionQueues: {
    target: 'running',
    success: 200,
    request: ({ running }) => ({ line: `GET /v2/nvcf/queues/functions/${running.functionId}` }),
  },
  getFunctionVersionQueue: { target: 'running', success: 200, request: onRunning('GET', '/v2/nvcf/queues/') },
  getQueuePosition: {
    target: 'slow',
    success: 200,
    request: ({ slow }) => ({ line: `GET /v2/nvcf/queues/${slow.requestId}/position` }),
  },
  createFunctionAuthorization: functionSharing.create,
  getFunctionAuthorizations: functionSharing.get,
  deleteFunctionAuthorization: functionSharing.delete,
  addFunctionAuthorization: functionSharing.add,
  removeFunctionAuthorization: functionSharing.remove,
  createFunctionVersionAuthorization: versionSharing.create,
  getFunctionVersionAuthorizations: versionSharing.get,
  deleteFunctionVersionAuthorization: versionSharing.delete,
  addFunctionVersionAuthorization: versionSharing.add,
  removeFunctionVersionAuthorization: versionSharing.remove,
  updateFunctionSecrets: {
    target: 'running',
    success: 204,
    request: onRunning('PUT', '/v2/nvcf/secrets/', { secrets: [SECRET] }),
  },
  updateTelemetrySecret: {
    success: 204,
    request: ({ telemetryId }) => ({
      line: `PUT /v2/nvcf/secrets/telemetries/${telemetryId}`,
      body: { secret: { ...SECRET, name: 'staged' } },
    }),
  },
  createRegistryCredential: {
    success: 200,
    request: () => ({ line: 'POST /v2/nvcf/registry-credentials', body: newCredential('another') }),
    after: async (_, admin, { body }) => {
      await admin(`DELETE /v2/nvcf/registry-credentials/${body.registryCredential.registryCredentialId}`);
    },
  },
  listRegistryCredentials: { success: 200, request: () => ({ line: 'GET /v2/nvcf/registry-credentials' }) },
  getRegistryCredential: {
    success: 200,
    request: ({ registryCredentialId }) => ({ line: `GET /v2/nvcf/registry-credentials/${registryCredentialId}` }),
  },
  updateRegistryCredential: {
    success: 200,
    request: ({ registryCredentialId }) => ({
      line: `PATCH /v2/nvcf/registry-credentials/${registryCredentialId}`,
      body: { artifactTypeEnums: ['CONTAINER'] },
    }),
  },
  deleteRegistryCredential: {
    success: 204,
    request: ({ registryCredentialId }) => ({ line: `DELETE /v2/nvcf/registry-credentials/${registryCredentialId}` }),
    after: addRegistryCredential,
  },
  listRecognizedRegistries: { success: 200, request: () => ({ line: 'GET /v2/nvcf/recognized-registries' }) },
  createTelemetry: {
    success: 200,
    request: () => ({ line: 'POST /v2/nvcf/telemetries', body: newTelemetry('another') }),
    after: async (_, admin, { body }) => {
      await admin(`DELETE /v2/nvcf/telemetries/${body.telemetry.telemetryId}`);
    },
  },
  listTelemetries: { success: 200, request: () => ({ line: 'GET /v2/nvcf/telemetries' }) },
  getTelemetry: {
    success: 200,
    request: ({ telemetryId }) => ({ line: `GET /v2/nvcf/telemetries/${telemetryId}` }),
  },
  deleteTelemetry: {
    success: 204,
    request: ({ telemetryId }) => ({ line: `DELETE /v2/nvcf/telemetries/${telemetryId}` }),
    after: addTelemetry,
  },
  listClusterGroups: { success: 200, request: () => ({ line: 'GET /v2/nvcf/clusterGroups' }) },
  getGpuQuotaRules: { success: 200, request: () => ({ line: 'GET /v2/orgs/acme/ngc/nvcf/gpu/quota/rules' }) },
  listAvailableInstanceTypes: {
    success: 200,
    request: () => ({ line: 'GET /v3/orgs/acme/ngc/nvcf/deployments/available/instanceTypes' }),
  },
  listInstanceTypes: {
    success: 200,
    request: () => ({ line: 'GET /v3/orgs/acme/ngc/nvcf/deployments/instanceTypes' }),
  },
  createAsset: {
    success: 200,
    request: () => ({ line: 'POST /v2/nvcf/assets', body: NEW_ASSET }),
    after: async (_, admin, { body }) => {
      await admin(`DELETE /v2/nvcf/assets/${body.assetId}`);
    },
  },
  listAssets: { success: 200, request: () => ({ line: 'GET /v2/nvcf/assets' }) },
  getAsset: { success: 200, request: ({ assetId }) => ({ line: `GET /v2/nvcf/assets/${assetId}` }) },
  getAssetContent: {
    success: 302,
    request: ({ assetId }) => ({ line: `GET /v2/nvcf/assets/${assetId}/content-redirect` }),
  },
  deleteAsset: {
    success: 204,
    request: ({ assetId }) => ({ line: `DELETE /v2/nvcf/assets/${assetId}` }),
    after: addAsset,
  },
  createInvocationToken: {
    target: 'running',
    success: 200,
    request: ({ running }) => ({ line: `POST /v2/nvcf/tokens/functions/${running.functionId}`, body: CLIENT }),
  },
  createVersionInvocationToken: {
    target: 'running',
    success: 200,
    request: onRunning('POST', '/v2/nvcf/tokens/', CLIENT),
  },
  createMultiFunctionInvocationToken: {
    success: 200,
    request: ({ running }) => ({
      line: 'POST /v2/nvcf/tokens/functions',
      body: { ...CLIENT, functions: [{ functionId: running.functionId }] },
    }),
  },
  createChatCompletion: throughGateway('chat/completions', { messages: [{ role: 'user', content: 'hello' }] }),
  createResponse: throughGateway('responses', { input: 'hello' }),
  createMessage: throughGateway('messages', { max_tokens: 9, messages: [{ role: 'user', content: 'hello' }] }),
  createEmbedding: throughGateway('embeddings', { input: 'hello' }),
} as const satisfies Readonly<Record<string, Recipe>>;

export type OperationName = keyof typeof recipes;

const RECIPES: Readonly<Record<OperationName, Recipe>> = recipes;

export const OPERATION_NAMES = Object.keys(RECIPES) as readonly OperationName[];

/** Returns the status of a successful request. */
export function successOf(operation: OperationName): number {
  return RECIPES[operation].success;
}

/** A resource in the form of the control API. */
export interface GivenResource {
  readonly type: string;
  readonly ids?: readonly string[];
}

/** A key in the form of the control API. */
export interface MadeKey {
  readonly id: string;
  readonly key: string;
}

/** Creates a service key of the first organisation, including combinations that the documents rule out. */
export async function makeKey(
  server: Pick<TestServer, 'call'>,
  scopes: readonly string[],
  resource: GivenResource | readonly GivenResource[] | null,
  name = 'made',
): Promise<MadeKey> {
  const { status, body } = await server.call('POST /_mock/keys', {
    body: { type: 'service', name, services: ['nvcf'], scopes, ...(resource !== null && { resource }), force: true },
  });
  if (status !== 201) throw new Error(`no key was made: ${JSON.stringify(body)}`);
  return body;
}

/** A server with objects for every operation. */
export interface StagedServer {
  readonly stage: Stage;
  /** Returns the function that a request of the operation uses; otherwise a running one. */
  targetOf(operation: OperationName): Staged;
  /** Returns the request for simulations. */
  requestOf(operation: OperationName): { readonly method: string; readonly path: string };
  /**
   * Sends a request of the operation that only the key can make fail, and restores what it removed.
   *
   * @param about a running function instead of the staged one
   */
  ask(operation: OperationName, token: string, about?: Pick<Staged, 'functionId' | 'versionId'>): Promise<Answer>;
  admin: Admin;
}

export async function stagedServer(server: Pick<TestServer, 'call'>): Promise<StagedServer> {
  const token = castKey('nvcf-full-access').key;
  const admin: Admin = async (line, body) => {
    const answer = await server.call(line, { token, ...(body !== undefined && { body }) });
    if (answer.status >= 300) throw new Error(`${line} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const added = async (environment?: readonly object[]): Promise<Staged> => {
    const containerEnvironment = environment === undefined ? {} : { containerEnvironment: environment };
    const first = (await admin('POST /v2/nvcf/functions', { ...NEW_FUNCTION, ...containerEnvironment })).body.function;
    const second = (await admin(`POST /v2/nvcf/functions/${first.id}/versions`, NEW_FUNCTION)).body.function;
    return { functionId: first.id, versionId: first.versionId, sibling: second.versionId };
  };

  const slow = await added([{ key: 'NV_AUTH_MOCK_INVOKE_TIME', value: '30s' }]);
  await admin(`POST /v2/nvcf/deployments/${ofVersion(slow)}`, SPECIFICATIONS);
  const waiting = await admin(`POST /v2/nvcf/pexec/${ofVersion(slow)}`, {});
  const [other] = castFunction('summarize');
  if (other === undefined) throw new Error('the cast has no function to leave alone');
  const stage: Stage = {
    running: { ...(await added()), deploymentId: '', gpuSpecId: '' },
    idle: await added(),
    slow: { ...slow, requestId: String(waiting.headers['nvcf-reqid']) },
    doomed: await added(),
    other,
    telemetryId: '',
    registryCredentialId: '',
    assetId: '',
  };
  await deploy(stage, admin);
  const sibling = { ...stage.running, versionId: stage.running.sibling };
  await admin(`POST /v2/nvcf/deployments/${ofVersion(sibling)}`, SPECIFICATIONS);
  await addTelemetry(stage, admin);
  await addRegistryCredential(stage, admin);
  await addAsset(stage, admin);

  const lineOf = (operation: OperationName, running: Stage['running'] = stage.running) => {
    const { line, ...rest } = RECIPES[operation].request({ ...stage, running });
    const [method = '', path = ''] = line.split(' ');
    return { line, method, path, ...rest };
  };
  return {
    stage,
    admin,
    targetOf: (operation) => stage[RECIPES[operation].target ?? 'running'],
    requestOf: (operation) => {
      const { method, path } = lineOf(operation);
      return { method, path };
    },
    ask: async (operation, token, about) => {
      const { before, after, success } = RECIPES[operation];
      await before?.(stage, admin);
      const { line, host, body } = lineOf(operation, { ...stage.running, ...about });
      const parts: Request = {
        token,
        ...(body !== undefined && { body }),
        ...(host !== undefined && { headers: { host } }),
      };
      const answer = await server.call(line, parts);
      if (answer.status === success) await after?.(stage, admin, answer);
      return answer;
    },
  };
}
