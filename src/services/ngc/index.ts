import type { ServiceDefinition } from '../../contract/service.ts';
import { type Law, lawOf } from '../../core/law.ts';
import { KEY_HINTS } from '../../kits/ngc/hints.ts';
import { bearerOfNgcKey, callerUnder, resolveKey } from '../../kits/ngc/key-bearer.ts';
import { findKeyFixes } from '../../kits/ngc/key-fixes.ts';
import { holdingOfKeys } from '../../kits/ngc/key-holding.ts';
import { KEY_TRIPWIRE, presentBearerKey, presentKey } from '../../kits/ngc/key-text.ts';
import { leastRightsOfKey } from '../../kits/ngc/least-rights.ts';
import { CENSUS, CREDENTIALS } from './credentials.ts';
import { events } from './events.ts';
import { callerInfoOperations } from './operations/caller-info.ts';
import { keyLookups, keyOperations } from './operations/keys.ts';
import { renderProblem } from './problem.ts';
import { ngcSeed } from './seed.ts';
import { TABLES } from './tables/index.ts';

const LAW = lawOf('ngc', null, TABLES);
const CALLER = callerUnder(LAW);

/**
 * NGC's key administration, and the gateway in front of other NVIDIA services.
 *
 * @param lawsOfKeys the rulesets whose scopes and resource types keys can hold
 */
export function ngc(lawsOfKeys: () => readonly Law[]): ServiceDefinition<'ngc'> {
  return {
    name: 'ngc',
    title: 'NVIDIA NGC keys',
    prefixes: ['/v3/orgs', '/v3/keys', '/v2/orgs'],
    laws: [LAW],
    law: () => LAW,
    authenticate: async (arrival) => CALLER(arrival, await bearerOfNgcKey(arrival)),
    impersonate: async (world, id, now) => {
      const key = await resolveKey(world.store, id, now);
      return key === null ? null : CALLER(world, key);
    },
    holding: holdingOfKeys(() => LAW),
    findFixes: findKeyFixes,
    hints: KEY_HINTS,
    leastRights: leastRightsOfKey,
    presenters: [presentBearerKey],
    credentialFields: { credentials: presentKey },
    tripwires: [KEY_TRIPWIRE],
    lookups: keyLookups,
    operations: { ...keyOperations, ...callerInfoOperations },
    renderProblem,
    errors: [{ schema: 'RequestStatusAnswer', mediaType: 'application/json' }],
    credentials: CREDENTIALS,
    census: CENSUS,
    seed: ngcSeed(lawsOfKeys),
    events,
  };
}
