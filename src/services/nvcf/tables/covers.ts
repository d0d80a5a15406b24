/** How the object of a rule is found: a lookup, the path parameter with the id, and the names that the path has. */
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
  /** The body or a header names it. */
  functionInModel: {},
  /** The body names several. */
  functionsInBody: {},
  invocation: { param: 'requestId' },
  registryCredential: { param: 'registryCredentialId' },
  telemetry: { param: 'telemetryId' },
  asset: { param: 'assetId' },
} as const;
