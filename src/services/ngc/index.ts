import type { ServiceDefinition } from '../../contract/service.ts';
import { createRuleset, type Ruleset } from '../../decisions/ruleset.ts';
import { presentSessionKey } from '../ngc-keys/device-logins.ts';
import { KEY_HINTS } from '../ngc-keys/hints.ts';
import { createHypotheticalKeys } from '../ngc-keys/hypothetical-keys.ts';
import { authenticateBearer, createCallerFactory, createImpersonator } from '../ngc-keys/key-bearer.ts';
import { findKeyFixes } from '../ngc-keys/key-fixes.ts';
import { KEY_TRIPWIRE, presentApiKey, presentBearerKey, presentKey } from '../ngc-keys/key-text.ts';
import { listSeedKeyWarnings, restorePropagationSettings } from '../ngc-keys/keyring.ts';
import { findLeastRightsOfKey } from '../ngc-keys/least-rights.ts';
import { createUserCaller, USER_TOKEN_LIFETIME_MS, type UserInForce } from '../ngc-keys/user-token.ts';
import { CREDENTIALS, OBJECT_COUNTS } from './credentials.ts';
import { events } from './events.ts';
import { callerInfoOperations } from './operations/caller-info.ts';
import { deviceLoginOperations } from './operations/device-login.ts';
import { keyLookups, keyOperations } from './operations/keys.ts';
import { userOperations } from './operations/user.ts';
import { renderProblem } from './problem.ts';
import { createNgcSeeding } from './seed.ts';
import { NOT_EMULATED, TABLES } from './tables/index.ts';

const RULESET = createRuleset('ngc', null, TABLES);
const CALLER_FACTORIES = {
  ofKey: createCallerFactory(RULESET),
  ofUser: (user: UserInForce) => createUserCaller(user, RULESET),
};

/**
 * NGC's key management, and the gateway in front of other NVIDIA services.
 *
 * @param rulesetsOfKeys returns the rulesets of all services and profiles that keys can have rights in
 */
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
