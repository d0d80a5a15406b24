import type { OperationId } from './operations.ts';

/** The vendor's texts for an object that the key does not cover, and for a missing object. */
export interface Texts {
  readonly mismatch: string;
  readonly absent: string;
}

/** Placeholders are path parameters, and `account` for the caller's account. */
const FUNCTION = "Function id '{functionId}'";
const VERSION = "Function id '{functionId}', version '{versionId}'";
const NO_FUNCTION = `${FUNCTION}: Not found in account '{account}'`;
const NO_VERSION = `${VERSION}: Not found in account '{account}'`;

const INVOKE = {
  mismatch: "Function '{functionId}':  Missing resource entry in ApiKey for the function",
  absent: "Function '{functionId}': Not found for account '{account}'",
} as const;
const INVOKE_VERSION = {
  mismatch: `${VERSION}: Missing resource entry in ApiKey for the function`,
  absent: "Function id '{functionId}' version '{versionId}': Specified function in account '{account}' is not found",
} as const;
const UPDATE = { mismatch: `${VERSION}: Forbidden to update`, absent: NO_VERSION } as const;
const RATE_LIMIT = {
  mismatch: `${VERSION}: Forbidden to update ratelimit for this function`,
  absent: NO_VERSION,
} as const;
const POLL = {
  mismatch: INVOKE_VERSION.mismatch,
  absent: "Request id '{requestId}': Not found",
} as const;
const POSITION = {
  mismatch: INVOKE_VERSION.mismatch,
  absent:
    "Function invocation request id '{requestId}': Invocation request message is not in pending or in progress state",
} as const;
const DEPLOYMENT = {
  mismatch: `${VERSION}: Forbidden to 'get' deployment`,
  absent: "Deployment id '{deploymentId}': Not found in account '{account}'",
} as const;
const REGISTRY = {
  mismatch: 'Access Denied',
  absent: "Registry credential id '{registryCredentialId}': Not found in account '{account}'",
} as const;
const TELEMETRY = {
  mismatch: 'Access Denied',
  absent: "Telemetry id '{telemetryId}': Not found in account '{account}'",
} as const;
const ASSET = { mismatch: 'Access Denied', absent: "Asset id '{assetId}': Not found in account '{account}'" } as const;

/** From the published code. Other operations use `Access Denied` and `Not found`. */
export const TEXTS = {
  createFunction: { mismatch: 'Forbidden to create function', absent: "Account '{account}': Not found" },
  createFunctionVersion: { mismatch: `${FUNCTION}: Forbidden to create function version`, absent: NO_FUNCTION },
  listFunctionVersions: { mismatch: `${FUNCTION}: Forbidden to retrieve versions`, absent: NO_FUNCTION },
  getFunctionVersion: { mismatch: `${VERSION}: Forbidden to retrieve function details`, absent: NO_VERSION },
  updateFunctionVersion: UPDATE,
  updateFunctionMetadata: UPDATE,
  updateFunctionRateLimit: RATE_LIMIT,
  deleteFunctionRateLimit: RATE_LIMIT,
  deleteFunctionVersion: { mismatch: `${VERSION}: Forbidden to delete`, absent: NO_VERSION },
  createDeployment: { mismatch: `${VERSION}: Forbidden to 'create' deployment`, absent: NO_VERSION },
  getDeployment: { mismatch: `${VERSION}: Forbidden to 'get' deployment`, absent: NO_VERSION },
  updateDeployment: { mismatch: `${VERSION}: Forbidden to 'update' deployment`, absent: NO_VERSION },
  deleteDeployment: { mismatch: `${VERSION}: Forbidden to 'delete' deployment`, absent: NO_VERSION },
  getDeploymentById: DEPLOYMENT,
  updateGpuSpecification: {
    ...DEPLOYMENT,
    mismatch: `${VERSION}: Forbidden to 'update' deployment`,
  },
  updateFunctionSecrets: { mismatch: `${VERSION}: Forbidden to update secrets for this function`, absent: NO_VERSION },
  updateTelemetrySecret: TELEMETRY,
  createFunctionAuthorization: { mismatch: `${FUNCTION}: Forbidden to create authorized party`, absent: NO_FUNCTION },
  getFunctionAuthorizations: { mismatch: `${FUNCTION}: Forbidden to get authorized party`, absent: NO_FUNCTION },
  deleteFunctionAuthorization: { mismatch: `${FUNCTION}: Forbidden to delete authorized party`, absent: NO_FUNCTION },
  addFunctionAuthorization: { mismatch: `${FUNCTION}: Forbidden to add authorized party`, absent: NO_FUNCTION },
  removeFunctionAuthorization: { mismatch: `${FUNCTION}: Forbidden to remove authorized party`, absent: NO_FUNCTION },
  createFunctionVersionAuthorization: {
    mismatch: `${VERSION}: Forbidden to create authorized party`,
    absent: NO_VERSION,
  },
  getFunctionVersionAuthorizations: { mismatch: `${VERSION}: Forbidden to get authorized party`, absent: NO_VERSION },
  deleteFunctionVersionAuthorization: {
    mismatch: `${VERSION}: Forbidden to delete authorized party`,
    absent: NO_VERSION,
  },
  addFunctionVersionAuthorization: { mismatch: `${VERSION}: Forbidden to add authorized party`, absent: NO_VERSION },
  removeFunctionVersionAuthorization: {
    mismatch: `${VERSION}: Forbidden to remove authorized party`,
    absent: NO_VERSION,
  },
  getFunctionQueues: { mismatch: `${FUNCTION}: Forbidden to retrieve versions`, absent: NO_FUNCTION },
  getFunctionVersionQueue: { mismatch: `${VERSION}: Forbidden to retrieve function details`, absent: NO_VERSION },
  getQueuePosition: POSITION,
  invokeFunction: INVOKE,
  execFunction: INVOKE,
  invokeAtOwnHost: INVOKE,
  invokeFunctionVersion: INVOKE_VERSION,
  execFunctionVersion: INVOKE_VERSION,
  getInvocationStatus: POLL,
  getExecStatus: POLL,
  createInvocationToken: INVOKE,
  createVersionInvocationToken: INVOKE_VERSION,
  getRegistryCredential: REGISTRY,
  updateRegistryCredential: REGISTRY,
  deleteRegistryCredential: REGISTRY,
  getTelemetry: TELEMETRY,
  deleteTelemetry: TELEMETRY,
  getAsset: ASSET,
  getAssetContent: ASSET,
  deleteAsset: ASSET,
} as const satisfies Partial<Record<OperationId, Texts>>;

/** The vendor's texts for refused requests. From the published code. */
export const FAULTS = {
  noMaxTokens: 'max_tokens must be positive',
  noMessages: 'messages must be a non-empty array',
  ambiguousMember: "ambiguous member '{name}': send it once, in lower case",
  priorityOfClient: 'X-Priority is a reserved header and cannot be set by the client',
  sessionInHeader: '{name} is invalid: {rule}',
  sessionInBody: 'session id from {name} is invalid: {rule}',
  otherAccount: "Invalid request: nca_id '{account}' in bearer token does not match the one in path '{ncaId}'",
  noAccount: "Account with ncaId '{ncaId}' not found",
  noContent:
    "Invalid request: One of the following properties 'containerImage', 'models', or 'helmChart' must be specified in the payload",
  besideChart: "Invalid request: Cannot specify both '{name}' and 'helmChart' properties in the payload",
  chartWithoutService:
    "Invalid request: Either both or none of 'helmChart' and 'helmChartServiceName' properties must be specified",
  duplicateModels: "Invalid request: duplicate model names are not allowed in 'models'",
  noLlmConfig: "Invalid request: LLM function models must specify 'llmConfig'",
  routingMethod: "Invalid request: 'llmConfig.routingMethod' for model '{name}' is invalid: {rule}",
  tokenRateLimit:
    "Invalid request: 'llmConfig.tokenRateLimit' for model '{name}' is invalid; expected comma-separated '<positiveInteger>-<unit>' entries with unit in [S, M, H, D, W] (for example '100000-S' or '10-M,5-S')",
  noFiles: "Invalid request: non-LLM function models must specify both 'version' and 'uri'",
  // The line break is the vendor's.
  noHealthUri: 'Invalid request: Health URI cannot be empty/null in the create function payload\n',
  noTelemetry: 'Invalid request: Telemetry object must have at least one UUID specified.',
  noLlmModels: "Invalid request: 'models' must be specified when functionType is LLM",
  invocationOfOthers: 'Only LLM functions support llmInvocationConfig',
  modelUpdatesOfOthers: `${VERSION}: Only LLM functions support model config updates`,
  backendAndClusters:
    "{subject}: Backend:['{backend}'] and Clusters:['[{clusters}]'] could not be specified at the same time.",
  forChartsOnly: '{subject}: The {name} field in Gpu specification should be empty for container based functions.',
  tooFewAtMost:
    "Invalid request: minInstances '{minInstances}' must be lesser than or equal to maxInstances '{maxInstances}'",
} as const;
