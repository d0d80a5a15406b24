import type { Handler } from '../../contract/request.ts';
import type { ServiceDefinition, ServiceState, WorldEvent } from '../../contract/service.ts';
import { KEY_HINTS } from '../ngc-keys/hints.ts';
import { createHypotheticalKeys } from '../ngc-keys/hypothetical-keys.ts';
import { authenticateKey, createImpersonator } from '../ngc-keys/key-bearer.ts';
import { findKeyFixes } from '../ngc-keys/key-fixes.ts';
import { findOtherKey } from '../ngc-keys/key-for-service.ts';
import { findLeastRightsOfKey } from '../ngc-keys/least-rights.ts';
import { findTokenCaller } from '../ngc-keys/self-hosted.ts';
import { CALLER_FACTORIES } from './caller.ts';
import { FUNCTIONS } from './functions.ts';
import { INVOCATIONS } from './invocations.ts';
import { LLM_HINTS } from './llm-problem.ts';
import { createServiceHost, FUNCTION_HOST } from './name-patterns.ts';
import { UPLOAD_HINTS } from './object-storage.ts';
import { accountOperations } from './operations/accounts.ts';
import { assetLookups, assetOperations } from './operations/assets.ts';
import { authorizationOperations } from './operations/authorizations.ts';
import { clusterOperations } from './operations/clusters.ts';
import { deploymentOperations } from './operations/deployments.ts';
import { functionListOperations } from './operations/function-lists.ts';
import { functionOperations } from './operations/functions.ts';
import { invocationOperations, invokeAtOwnHost } from './operations/invocation.ts';
import { llmLookups, llmOperations } from './operations/llm.ts';
import { functionLookups } from './operations/lookups.ts';
import { queueOperations } from './operations/queues.ts';
import { registryLookups, registryOperations } from './operations/registries.ts';
import { secretOperations } from './operations/secrets.ts';
import { telemetryLookups, telemetryOperations } from './operations/telemetries.ts';
import { tokenLookups, tokenOperations } from './operations/tokens.ts';
import { ERRORS, HOST_ERRORS, renderHostProblem, renderProblem } from './problem.ts';
import { RULESETS } from './rulesets.ts';
import { seed } from './seed.ts';
import { NOT_EMULATED } from './tables/index.ts';

export const listEvents: NonNullable<ServiceState['events']> = async ({ collections }, from, to, limit) => {
  const [functions, invocations] = await Promise.all([
    FUNCTIONS.due(collections, { after: from, to, limit }),
    INVOCATIONS.due(collections, { after: from, to, limit }),
  ]);
  return [
    ...functions.map(
      ({ id, parent, dueAt, body }): WorldEvent => ({
        at: dueAt ?? to,
        kind: 'function.deployed',
        functionId: parent,
        versionId: id,
        name: body.name,
      }),
    ),
    ...invocations.map(
      ({ id, dueAt }): WorldEvent => ({ at: dueAt ?? to, kind: 'invocation.fulfilled', requestId: id }),
    ),
  ];
};

const getHealth: Handler<'nvcf', 'getHealth'> = () => ({ status: 200, body: { status: 'UP' } });

export const nvcf: ServiceDefinition<'nvcf'> = {
  name: 'nvcf',
  title: 'NVIDIA Cloud Functions',
  publishedPart: { prefix: '/llm', title: 'LLM gateway' },
  prefixes: [
    '/v2/nvcf',
    '/v2/orgs/{org}/nvcf',
    '/v2/orgs/{org}/ngc/nvcf',
    '/v3/orgs/{org}/ngc/nvcf',
    '/health',
    '/llm',
    '/v1/accounts',
    '/v1/si',
  ],
  hosts: [
    {
      pattern: FUNCTION_HOST,
      operation: 'invokeAtOwnHost',
      handler: invokeAtOwnHost,
      renderProblem: renderHostProblem,
      errors: HOST_ERRORS,
    },
    // nvcf-cli derives `llm.localhost` from `localhost` and from `invocation.localhost`.
    { pattern: createServiceHost('llm', 'invocation'), prefix: '/llm', example: 'llm.localhost' },
  ],
  conventions: { caselessEnums: true },
  rules: {
    rulesets: Object.values(RULESETS),
    selectRuleset: (settings) => RULESETS[settings.nvcf],
    notEmulated: NOT_EMULATED,
  },
  callers: {
    authenticate: async (context) => {
      if (context.settings.nvcf === 'documented') return CALLER_FACTORIES.documented(await authenticateKey(context));
      return (
        (await findTokenCaller(context, { trustsOtherIssuers: true })) ??
        CALLER_FACTORIES['open-source'](await authenticateKey(context, { isSchemeExact: true }))
      );
    },
    impersonate: createImpersonator({ ofKey: (key, { settings }) => CALLER_FACTORIES[settings.nvcf](key) }),
    hypothetical: createHypotheticalKeys((settings) => RULESETS[settings.nvcf]),
  },
  lookups: {
    ...functionLookups,
    ...registryLookups,
    ...telemetryLookups,
    ...assetLookups,
    ...llmLookups,
    ...tokenLookups,
  },
  operations: {
    getHealth,
    ...functionListOperations,
    ...functionOperations,
    ...deploymentOperations,
    ...invocationOperations,
    ...queueOperations,
    ...accountOperations,
    ...authorizationOperations,
    ...secretOperations,
    ...registryOperations,
    ...telemetryOperations,
    ...clusterOperations,
    ...assetOperations,
    ...tokenOperations,
    ...llmOperations,
  },
  renderProblem,
  errors: ERRORS,
  decisionHelp: {
    findFixes: findKeyFixes,
    credentialFinders: { service_not_enabled: findOtherKey },
    hints: [...UPLOAD_HINTS, ...LLM_HINTS, ...KEY_HINTS],
    leastRights: findLeastRightsOfKey,
  },
  seed,
  state: {
    events: listEvents,
  },
};
