import type { ServiceDefinition } from '../../contract/service.ts';
import { rulesetOf } from '../../core/ruleset.ts';
import { KEY_HINTS } from '../../ngc-keys/hints.ts';
import { callerUnder, impersonatorOf } from '../../ngc-keys/key-bearer.ts';
import { findKeyFixes } from '../../ngc-keys/key-fixes.ts';
import { findOtherKey } from '../../ngc-keys/key-for-service.ts';
import { holdingOfKeys } from '../../ngc-keys/key-holding.ts';
import { leastRightsOfKey } from '../../ngc-keys/least-rights.ts';
import { bearerOfSelfHostedKey } from '../../ngc-keys/self-hosted.ts';
import { eventOperations } from './operations/events.ts';
import { ERRORS, renderProblem } from './problem.ts';
import { TABLES } from './tables/index.ts';

const RULESET = rulesetOf('ledger', null, TABLES);
const CALLER = callerUnder(RULESET);

/** The event ledger of self-hosted Cloud Functions, whose keys the key service issues. */
export const ledger: ServiceDefinition<'ledger'> = {
  name: 'ledger',
  title: 'NVIDIA Event Ledger',
  prefixes: ['/v3/ledger'],
  rulesets: [RULESET],
  ruleset: () => RULESET,
  authenticate: async (arrival) => CALLER(arrival, await bearerOfSelfHostedKey(arrival)),
  impersonate: impersonatorOf(CALLER),
  holding: holdingOfKeys(() => RULESET),
  findFixes: findKeyFixes,
  findOther: { service_not_enabled: findOtherKey },
  hints: KEY_HINTS,
  leastRights: leastRightsOfKey,
  lookups: {},
  operations: eventOperations,
  renderProblem,
  errors: ERRORS,
  seed: null,
  events: null,
};
