/** How to find the object of a rule: the lookup, the path parameter with the id, and the names in the path. */
export const COVERS = {
  ownFunction: { param: 'functionId', names: { function: '{functionId}', 'function-versions': '{functionId}/' } },
  ownVersion: {
    param: 'versionId',
    names: { function: '{functionId}', 'function-versions': '{functionId}/{versionId}' },
  },
  deployment: { param: 'deploymentId' },
  visibleFunction: { param: 'functionId', names: { function: '{functionId}', 'function-versions': '{functionId}/' } },
  visibleVersion: {
    param: 'versionId',
    names: { function: '{functionId}', 'function-versions': '{functionId}/{versionId}' },
  },
  /** In the body or a header. */
  functionInModel: {},
  /** Several, in the body. */
  functionsInBody: {},
  invocation: { param: 'requestId' },
  registryCredential: { param: 'registryCredentialId' },
  telemetry: { param: 'telemetryId' },
  asset: { param: 'assetId' },
} as const;
