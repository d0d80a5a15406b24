/** For each kind of object: the lookup, and the path parameter with the id. */
export const OWN_FUNCTION = { lookup: 'ownFunction', param: 'functionId' } as const;
export const OWN_VERSION = { lookup: 'ownVersion', param: 'versionId' } as const;
export const DEPLOYMENT = { lookup: 'deployment', param: 'deploymentId' } as const;
export const VISIBLE_FUNCTION = { lookup: 'visibleFunction', param: 'functionId' } as const;
export const VISIBLE_VERSION = { lookup: 'visibleVersion', param: 'versionId' } as const;
/** The body or a header names it. */
export const FUNCTION_IN_MODEL = { lookup: 'functionInModel' } as const;
/** Metadata names the function, and perhaps the version. */
export const FUNCTION_IN_METADATA = { lookup: 'functionInMetadata', param: 'functionId' } as const;
export const INVOCATION = { lookup: 'invocation', param: 'requestId' } as const;
export const REGISTRY_CREDENTIAL = { lookup: 'registryCredential', param: 'registryCredentialId' } as const;
export const TELEMETRY = { lookup: 'telemetry', param: 'telemetryId' } as const;
export const ASSET = { lookup: 'asset', param: 'assetId' } as const;
