import { type DocumentedOperation, readDocumentedOperations } from './documented-operations.ts';
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

/**
 * What a request that only the key can make fail differs in from the request that the document describes: by default it
 * has the ids of the running function, and the example of the body.
 */
interface Recipe {
  readonly target?: TargetName;
  readonly success?: number;
  readonly host?: (stage: Stage) => string;
  /** The body, or a function of the stage and the example. */
  readonly body?: unknown;
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

/** Removes what the request has created. */
const removeCreated =
  (path: string, idOf: (body: Answer['body']) => string) =>
  async (_: Stage, admin: Admin, { body }: Answer) => {
    await admin(`DELETE /v2/nvcf/${path}/${idOf(body)}`);
  };

/** An administrator's request that the mock authorizes but does not emulate. */
const NOT_EMULATED: Recipe = { success: 404, body: {} };

const SHARED_BEFORE: Recipe = {
  before: async ({ running }, admin) => {
    for (const place of [`functions/${running.functionId}`, ofVersion(running)])
      await admin(`POST /v2/nvcf/authorizations/${place}`, { authorizedParties: [PARTNER] });
  },
};
const SHARING: Recipe = { ...SHARED_BEFORE, body: { authorizedParties: [NEWCOMER] } };
const ADDED_PARTY: Recipe = { ...SHARED_BEFORE, body: { authorizedParty: NEWCOMER } };
const REMOVED_PARTY: Recipe = { ...SHARED_BEFORE, body: { authorizedParty: PARTNER } };

/** Completes the example of a body with the model of the running function. */
const WITH_MODEL: Recipe = {
  body: ({ running }: Stage, example: object) => ({ ...example, model: `${running.functionId}/staged` }),
};

const RECIPES: Readonly<Record<string, Recipe>> = {
  createAccount: NOT_EMULATED,
  updateAccount: NOT_EMULATED,
  deleteAccount: { success: 404 },
  associateAccountClient: NOT_EMULATED,
  disassociateAccountClient: NOT_EMULATED,
  createFunction: { body: NEW_FUNCTION, after: deleteVersion },
  createFunctionVersion: { body: NEW_FUNCTION, after: deleteVersion },
  deleteFunctionVersion: {
    target: 'doomed',
    after: async ({ doomed }, admin) => {
      const { body } = await admin(`POST /v2/nvcf/functions/${doomed.functionId}/versions`, NEW_FUNCTION);
      doomed.versionId = body.function.versionId;
    },
  },
  createDeployment: {
    target: 'idle',
    after: async ({ idle }, admin) => {
      await admin(`DELETE /v2/nvcf/deployments/${ofVersion(idle)}`);
    },
  },
  updateDeployment: { body: SPECIFICATIONS },
  deleteDeployment: { after: deploy },
  getInvocationStatus: { target: 'slow', success: 202 },
  getExecStatus: { target: 'slow', success: 202 },
  getQueuePosition: { target: 'slow' },
  invokeAtOwnHost: {
    host: ({ running }) => `${running.functionId}.invocation.localhost:6625`,
    body: { say: 'hello' },
  },
  createFunctionAuthorization: SHARING,
  getFunctionAuthorizations: SHARED_BEFORE,
  deleteFunctionAuthorization: SHARED_BEFORE,
  addFunctionAuthorization: ADDED_PARTY,
  removeFunctionAuthorization: REMOVED_PARTY,
  createFunctionVersionAuthorization: SHARING,
  getFunctionVersionAuthorizations: SHARED_BEFORE,
  deleteFunctionVersionAuthorization: SHARED_BEFORE,
  addFunctionVersionAuthorization: ADDED_PARTY,
  removeFunctionVersionAuthorization: REMOVED_PARTY,
  updateTelemetrySecret: { body: { secret: { ...SECRET, name: 'staged' } } },
  createRegistryCredential: {
    after: removeCreated('registry-credentials', (body) => body.registryCredential.registryCredentialId),
  },
  deleteRegistryCredential: { after: addRegistryCredential },
  createTelemetry: { after: removeCreated('telemetries', (body) => body.telemetry.telemetryId) },
  deleteTelemetry: { after: addTelemetry },
  createAsset: { after: removeCreated('assets', (body) => body.assetId) },
  deleteAsset: { after: addAsset },
  createMultiFunctionInvocationToken: {
    body: ({ running }: Stage) => ({ ...CLIENT, functions: [{ functionId: running.functionId }] }),
  },
  createChatCompletion: WITH_MODEL,
  createResponse: WITH_MODEL,
  createMessage: WITH_MODEL,
  createEmbedding: WITH_MODEL,
};

/** The operations that require no key. */
const PUBLIC = ['downloadAssetContent', 'uploadAssetContent'];

/** The id of an operation that requires a key. */
export type OperationName = string;

/** A function's own host is in no document. */
const OPERATIONS: ReadonlyMap<string, DocumentedOperation> = new Map([
  ...[...readDocumentedOperations('nvcf')].filter(
    ([id]) => !PUBLIC.includes(id) && !/^(get|list)(Llm|Health)/.test(id),
  ),
  ['invokeAtOwnHost', { request: 'POST /v1/chat', success: 200 }],
]);

export const OPERATION_NAMES: readonly OperationName[] = [...OPERATIONS.keys()];

/** Returns the status of a successful request. */
export function successOf(operation: OperationName): number {
  return RECIPES[operation]?.success ?? documentedOf(operation).success;
}

function documentedOf(operation: OperationName): DocumentedOperation {
  const documented = OPERATIONS.get(operation);
  if (documented === undefined) throw new Error(`there is no operation ${operation} that requires a key`);
  return documented;
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

  const recipeOf = (operation: OperationName): Recipe => RECIPES[operation] ?? {};
  const targetOf = (operation: OperationName) => stage[recipeOf(operation).target ?? 'running'];
  const partsOf = (operation: OperationName, about?: Pick<Staged, 'functionId' | 'versionId'>) => {
    const { request, body: example } = documentedOf(operation);
    const { host, body = example } = recipeOf(operation);
    const { running, slow } = stage;
    const ids = { org: 'acme', ncaId: 'nca-acme-0001', ...stage, ...running, requestId: slow.requestId };
    const values: Readonly<Record<string, unknown>> = { ...ids, ...targetOf(operation), ...about };
    const line = request.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
    const [method = '', path = ''] = line.split(' ');
    const given = { ...stage, running: { ...running, ...about } };
    return {
      line,
      method,
      path,
      body: typeof body === 'function' ? body(given, example) : body,
      ...(host !== undefined && { headers: { host: host(given) } }),
    };
  };
  return {
    stage,
    admin,
    targetOf,
    requestOf: (operation) => {
      const { method, path } = partsOf(operation);
      return { method, path };
    },
    ask: async (operation, token, about) => {
      const { before, after } = recipeOf(operation);
      await before?.(stage, admin);
      const { line, body, headers } = partsOf(operation, about);
      const parts: Request = {
        token,
        ...(body !== undefined && { body }),
        ...(headers !== undefined && { headers }),
      };
      const answer = await server.call(line, parts);
      if (answer.status === successOf(operation)) await after?.(stage, admin, answer);
      return answer;
    },
  };
}
