import type { ServiceDefinition, ServiceState, WorldEvent } from '../../contract/service.ts';
import {
  presentBasicClient,
  presentBearerToken,
  presentClient,
  presentGrant,
} from '../../tokens/presented-credential.ts';
import { roleSimulation } from './access-rules.ts';
import { authenticate, impersonate } from './caller.ts';
import { grantsIn } from './collections/grants.ts';
import { CREDENTIALS, OBJECT_COUNTS } from './collections/index.ts';
import { findNearestClient } from './collections/oauth-clients.ts';
import { findRuleFixes } from './explaining/fixes.ts';
import { BEARER_HINTS } from './explaining/hints/bearer.ts';
import { TOKEN_REQUEST_HINTS } from './explaining/hints/token-request.ts';
import { leastRights } from './explaining/least-rights.ts';
import { tokenLifetimeOf } from './issue-tokens.ts';
import { addClient, listClients, removeClient } from './login-clients.ts';
import { accessKeyLookups, accessKeyOperations } from './operations/access-keys.ts';
import { accessRuleBatchOperations } from './operations/access-rule-batches.ts';
import { accessRuleLookups, accessRuleOperations, ownAccessRuleOperations } from './operations/access-rules.ts';
import { accountLookups, accountOperations } from './operations/accounts.ts';
import { loginOperations } from './operations/login.ts';
import { logoutOperations } from './operations/logout.ts';
import { oauthTokenOperations } from './operations/oauth-token.ts';
import { permissionOperations } from './operations/permissions.ts';
import { realmOperations } from './operations/realm.ts';
import { roleLookups, roleOperations } from './operations/roles.ts';
import { sessionFrameOperations } from './operations/session-frames.ts';
import { authorizationSettingOperations, securitySettingOperations } from './operations/settings.ts';
import { tokenOperations } from './operations/token.ts';
import { unitLookups, unitOperations } from './operations/units.ts';
import { userLookups, userOperations } from './operations/users.ts';
import { workloadLookups, workloadOperations } from './operations/workloads.ts';
import { ERROR_FORMS, renderProblem } from './problem.ts';
import { PROFILES, RULESETS } from './rulesets.ts';
import { seed } from './seed.ts';
import { findSenders } from './senders.ts';
import { NOT_EMULATED } from './tables/index.ts';
import { checkTenantOfHost } from './tenant.ts';
import { draftTokens, listTokenNames, revokeTokens } from './token-drafts.ts';
import { phasesOf, readWorkloadPhases, WORKLOADS } from './workloads.ts';

/** Returns the events after `from`, up to `to`: refresh tokens that expire unused, and phase changes of workloads. */
const events: NonNullable<ServiceState['events']> = async (store, from, to, limit) => {
  const expiredTokens = await grantsIn(store).findExpiredBetween(from, to, limit);
  const expirations = expiredTokens.map(
    ({ subject, expiresAt }): WorldEvent => ({ at: expiresAt, kind: 'refresh-token.expired', subject }),
  );
  const rows = await WORKLOADS.all(store.collections);
  if (rows.length === 0) return expirations;
  const phases = await readWorkloadPhases({ store });
  const changes = rows.flatMap(({ body }) =>
    phasesOf(body, phases)
      .filter(({ since }) => from < since && since <= to)
      .map(({ phase, since }): WorldEvent => ({ at: since, kind: 'workload.phase', workloadId: body.id, phase })),
  );
  return [...expirations, ...changes.sort((left, right) => left.at - right.at).slice(0, limit)];
};

/** The control plane of NVIDIA Run:ai: tokens, identities, and the rules that give them rights. */
export const runai: ServiceDefinition<'runai'> = {
  name: 'runai',
  title: 'NVIDIA Run:ai',
  prefixes: ['/api/v1', '/api/v2', '/v1/k8s', '/auth'],
  rules: {
    rulesets: PROFILES.map((profile) => RULESETS[profile]),
    selectRuleset: ({ runai }) => RULESETS[runai],
    notEmulated: NOT_EMULATED,
  },
  callers: {
    authenticate,
    impersonate,
    hypothetical: roleSimulation,
  },
  checkHost: checkTenantOfHost,
  credentials: {
    extractors: [presentBasicClient, presentBearerToken],
    // Clients come first: they authenticate before they redeem a grant.
    fields: {
      clientID: presentClient,
      appID: presentClient,
      client_id: presentClient,
      id: presentClient,
      refreshToken: presentGrant,
      refresh_token: presentGrant,
      code: presentGrant,
    },
    stored: CREDENTIALS,
  },
  tokenLifetime: tokenLifetimeOf,
  logins: { draftTokens, revokeTokens, listTokenNames, listClients, addClient, removeClient },
  lookups: {
    ...accessKeyLookups,
    ...accountLookups,
    ...accessRuleLookups,
    ...roleLookups,
    ...userLookups,
    ...unitLookups,
    ...workloadLookups,
  },
  operations: {
    ...tokenOperations,
    ...oauthTokenOperations,
    ...realmOperations,
    ...loginOperations,
    ...logoutOperations,
    ...sessionFrameOperations,
    ...accessKeyOperations,
    ...accountOperations,
    ...accessRuleOperations,
    ...accessRuleBatchOperations,
    ...ownAccessRuleOperations,
    ...permissionOperations,
    ...authorizationSettingOperations,
    ...securitySettingOperations,
    ...roleOperations,
    ...userOperations,
    ...unitOperations,
    ...workloadOperations,
  },
  renderProblem,
  errors: ERROR_FORMS,
  decisionHelp: {
    findFixes: findRuleFixes,
    credentialFinders: { unknown_client: findNearestClient },
    findSenders,
    hints: [...TOKEN_REQUEST_HINTS, ...BEARER_HINTS],
    leastRights,
  },
  seed,
  state: {
    events,
    objectCounts: OBJECT_COUNTS,
  },
};
