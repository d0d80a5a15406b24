import type { NotEmulatedRow, Section } from '../../../contract/sections.ts';
import { CODE, ICMS } from './sources.ts';

const CONTROLLERS = { source: CODE, certainty: 'documented' } as const;
const OF_ICMS = { source: ICMS, certainty: 'documented' } as const;

/** Administrator operations on any account. The mock emulates most of them only for the caller's own account. */
export const NOT_EMULATED_SECTIONS = [
  {
    ...CONTROLLERS,
    methods: ['GET'],
    rows: [
      '/v2/nvcf/accounts/{ncaId}/assets/{assetId}/content-redirect',
      '/v2/nvcf/accounts/{ncaId}/clusterGroups',
      '/v2/nvcf/accounts/{ncaId}/deployments',
      '/v2/nvcf/accounts/{ncaId}/deployments/{deploymentId}',
      '/v2/nvcf/accounts/{ncaId}/functions/ids',
      '/v2/nvcf/accounts/{ncaId}/queues/functions/{functionId}',
      '/v2/nvcf/accounts/{ncaId}/queues/functions/{functionId}/versions/{versionId}',
      '/v2/nvcf/accounts/{ncaId}/queues/{requestId}/position',
      '/v2/nvcf/accounts/{ncaId}/recognized-registries',
      '/v2/nvcf/accounts/{ncaId}/usage/gpus',
    ],
  },
  {
    ...CONTROLLERS,
    methods: ['GET', 'POST'],
    rows: [
      '/v2/nvcf/accounts/{ncaId}/assets',
      '/v2/nvcf/accounts/{ncaId}/functions',
      '/v2/nvcf/accounts/{ncaId}/functions/{functionId}/versions',
      '/v2/nvcf/accounts/{ncaId}/registry-credentials',
      '/v2/nvcf/accounts/{ncaId}/telemetries',
    ],
  },
  {
    ...CONTROLLERS,
    methods: ['GET', 'DELETE'],
    rows: ['/v2/nvcf/accounts/{ncaId}/assets/{assetId}', '/v2/nvcf/accounts/{ncaId}/telemetries/{telemetryId}'],
  },
  {
    ...CONTROLLERS,
    methods: ['GET', 'POST', 'DELETE'],
    rows: [
      '/v2/nvcf/accounts/{ncaId}/authorizations/functions/{functionId}',
      '/v2/nvcf/accounts/{ncaId}/authorizations/functions/{functionId}/versions/{functionVersionId}',
    ],
  },
  {
    ...CONTROLLERS,
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    rows: ['/v2/nvcf/accounts/{ncaId}/deployments/functions/{functionId}/versions/{functionVersionId}'],
  },
  {
    ...CONTROLLERS,
    methods: ['GET', 'PUT', 'DELETE'],
    rows: ['/v2/nvcf/accounts/{ncaId}/functions/{functionId}/versions/{functionVersionId}'],
  },
  {
    ...CONTROLLERS,
    methods: ['GET', 'PATCH', 'DELETE'],
    rows: ['/v2/nvcf/accounts/{ncaId}/registry-credentials/{registryCredentialId}'],
  },
  {
    ...CONTROLLERS,
    methods: ['PUT'],
    rows: [
      '/v2/nvcf/accounts/{ncaId}/metadata/functions/{functionId}/versions/{functionVersionId}',
      '/v2/nvcf/accounts/{ncaId}/rolloverWorkers/functions/{functionId}/versions/{functionVersionId}',
      '/v2/nvcf/accounts/{ncaId}/secrets/functions/{functionId}/versions/{versionId}',
      '/v2/nvcf/accounts/{ncaId}/secrets/telemetries/{telemetryId}',
    ],
  },
  {
    ...CONTROLLERS,
    methods: ['PUT', 'DELETE'],
    rows: ['/v2/nvcf/accounts/{ncaId}/ratelimit/functions/{functionId}/versions/{versionId}'],
  },
  {
    ...CONTROLLERS,
    methods: ['PATCH'],
    rows: [
      '/v2/nvcf/accounts/{ncaId}/authorizations/functions/{functionId}/add',
      '/v2/nvcf/accounts/{ncaId}/authorizations/functions/{functionId}/remove',
      '/v2/nvcf/accounts/{ncaId}/authorizations/functions/{functionId}/versions/{functionVersionId}/add',
      '/v2/nvcf/accounts/{ncaId}/authorizations/functions/{functionId}/versions/{functionVersionId}/remove',
      '/v2/nvcf/accounts/{ncaId}/deployments/{deploymentId}/gpu-specifications/{gpuSpecId}',
    ],
  },
  {
    ...CONTROLLERS,
    methods: ['GET'],
    rows: ['/v2/nvcf/clients/{clientId}'],
  },
  {
    source: "Anthropic's reference, `POST /v1/messages/count_tokens`: the SDK for `/llm/v1/messages` has the call",
    certainty: 'inferred',
    methods: ['POST'],
    rows: ['/llm/v1/messages/count_tokens'],
  },
  {
    ...OF_ICMS,
    methods: ['POST'],
    rows: ['/v1/accounts/{ncaId}/clusters', '/v1/si/accounts/{ncaId}/clusters'],
  },
  {
    ...OF_ICMS,
    methods: ['GET', 'PUT', 'DELETE'],
    rows: ['/v1/accounts/{ncaId}/clusters/{clusterId}', '/v1/si/accounts/{ncaId}/clusters/{clusterId}'],
  },
  {
    ...OF_ICMS,
    methods: ['GET'],
    rows: ['/v1/accounts/{ncaId}/clusterVersions', '/v1/si/accounts/{ncaId}/clusterVersions'],
  },
] as const satisfies readonly Section<NotEmulatedRow, 'path'>[];
