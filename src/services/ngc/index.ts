import type { ServiceDefinition, ServiceState, WorldEvent } from '../../contract/service.ts';
import { createRuleset, type Ruleset } from '../../decisions/ruleset.ts';
import { presentSessionKey } from '../ngc-keys/device-logins.ts';
import { KEY_HINTS } from '../ngc-keys/hints.ts';
import { createHypotheticalKeys } from '../ngc-keys/hypothetical-keys.ts';
import { ngcKeysIn } from '../ngc-keys/index.ts';
import { authenticateBearer, createCallerFactory, createImpersonator } from '../ngc-keys/key-bearer.ts';
import { findKeyFixes } from '../ngc-keys/key-fixes.ts';
import { KEY_TRIPWIRE, presentApiKey, presentBearerKey, presentKey } from '../ngc-keys/key-text.ts';
import { listSeedKeyWarnings, restorePropagationSettings } from '../ngc-keys/keyring.ts';
import { findLeastRightsOfKey } from '../ngc-keys/least-rights.ts';
import { createUserCaller, USER_TOKEN_LIFETIME_MS, type UserInForce } from '../ngc-keys/user-token.ts';
import { CREDENTIALS, OBJECT_COUNTS } from './credentials.ts';
import { deviceLoginOperations } from './operations/device-login.ts';
import { keyLookups, keyOperations } from './operations/keys.ts';
import { callerInfoOperations, userOperations } from './operations/user.ts';
import { renderProblem } from './problem.ts';
import { createNgcSeeding } from './seed.ts';
import { NOT_EMULATED, TABLES } from './tables/index.ts';

/** Scheduled events: edited policies that take effect, and keys that expire. */
export const events: NonNullable<ServiceState['events']> = async (store, from, to, limit) => {
  const ngcKeys = ngcKeysIn(store);
  const [effective, expired] = await Promise.all([
    ngcKeys.listEffectiveBetween(from, to, limit),
    ngcKeys.listExpiredBetween(from, to, limit),
  ]);
  return [
    ...effective.map(
      ({ keyId, version, effectiveAt }): WorldEvent => ({ at: effectiveAt, kind: 'policy.effective', keyId, version }),
    ),
    ...expired.map(({ keyId, expiresAt }): WorldEvent => ({ at: expiresAt, kind: 'key.expired', keyId })),
  ];
};

const RULESET = createRuleset('ngc', null, TABLES);
const CALLER_FACTORIES = {
  ofKey: createCallerFactory(RULESET),
  ofUser: (user: UserInForce) => createUserCaller(user, RULESET),
};

/** Also the gateway in front of other services. @param rulesetsOfKeys those of all services and profiles */
export function ngc(rulesetsOfKeys: () => readonly Ruleset[]): ServiceDefinition<'ngc'> {
  return {
    name: 'ngc',
    title: 'NVIDIA NGC keys',
    prefixes: ['/v3/orgs', '/v3/keys', '/v2/orgs', '/v2/users', '/device', '/token'],
    rules: {
      rulesets: [RULESET],
      selectRuleset: () => RULESET,
      notEmulated: NOT_EMULATED,
    },
    callers: {
      authenticate: (context) => authenticateBearer(context, CALLER_FACTORIES),
      impersonate: createImpersonator(CALLER_FACTORIES),
      hypothetical: createHypotheticalKeys(() => RULESET),
    },
    credentials: {
      extractors: [presentBearerKey, presentApiKey, presentSessionKey],
      fields: { credentials: presentKey },
      stored: CREDENTIALS,
      tripwires: [KEY_TRIPWIRE],
    },
    tokenLifetime: () => USER_TOKEN_LIFETIME_MS,
    lookups: keyLookups,
    operations: { ...keyOperations, ...callerInfoOperations, ...deviceLoginOperations, ...userOperations },
    renderProblem,
    errors: [{ schema: 'RequestStatusAnswer', mediaType: 'application/json' }],
    decisionHelp: {
      findFixes: findKeyFixes,
      hints: KEY_HINTS,
      leastRights: findLeastRightsOfKey,
    },
    seed: createNgcSeeding(rulesetsOfKeys),
    state: {
      prepare: async (world, now) => {
        await restorePropagationSettings(world);
        return listSeedKeyWarnings(world, now);
      },
      events,
      objectCounts: OBJECT_COUNTS,
    },
  };
}
