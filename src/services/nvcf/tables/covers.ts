/** How paths name a function and a version in resources. */
const FUNCTION_NAMES = { function: '{functionId}', 'function-versions': '{functionId}/' } as const;
const VERSION_NAMES = { function: '{functionId}', 'function-versions': '{functionId}/{versionId}' } as const;

/** For each kind of object: the lookup, the path parameter with the id, and the names that the path has. */
export const OWN_FUNCTION = { lookup: 'ownFunction', param: 'functionId', names: FUNCTION_NAMES } as const;
export const OWN_VERSION = { lookup: 'ownVersion', param: 'versionId', names: VERSION_NAMES } as const;
export const DEPLOYMENT = { lookup: 'deployment', param: 'deploymentId' } as const;
export const VISIBLE_FUNCTION = { lookup: 'visibleFunction', param: 'functionId', names: FUNCTION_NAMES } as const;
export const VISIBLE_VERSION = { lookup: 'visibleVersion', param: 'versionId', names: VERSION_NAMES } as const;
/** The body or a header names it. */
export const FUNCTION_IN_MODEL = { lookup: 'functionInModel' } as const;
/** The body names several. */
export const FUNCTIONS_IN_BODY = { lookup: 'functionsInBody' } as const;
export const INVOCATION = { lookup: 'invocation', param: 'requestId' } as const;
export const REGISTRY_CREDENTIAL = { lookup: 'registryCredential', param: 'registryCredentialId' } as const;
export const TELEMETRY = { lookup: 'telemetry', param: 'telemetryId' } as const;
export const ASSET = { lookup: 'asset', param: 'assetId' } as const;
