import type { ServiceDefinition } from '../../contract/service.ts';
import { createRuleset } from '../../decisions/ruleset.ts';
import { CONTROL_PLANE_ERRORS } from '../ngc-keys/control-plane.ts';
import { KEY_HINTS } from '../ngc-keys/hints.ts';
import { createHypotheticalKeys } from '../ngc-keys/hypothetical-keys.ts';
import { authenticateKey, createCallerFactory, createImpersonator } from '../ngc-keys/key-bearer.ts';
import { findKeyFixes } from '../ngc-keys/key-fixes.ts';
import { findOtherKey } from '../ngc-keys/key-for-service.ts';
import { findLeastRightsOfKey } from '../ngc-keys/least-rights.ts';
import { findTokenCaller } from '../ngc-keys/self-hosted.ts';

// Adds the tasks to the type of the cast.
import { taskLookups, taskOperations } from './operations/tasks.ts';
import { renderProblem } from './problem.ts';
import { seed } from './seed.ts';
import { TABLES } from './tables/index.ts';

const RULESET = createRuleset('nvct', null, TABLES);
const createCaller = createCallerFactory(RULESET);

export const nvct: ServiceDefinition<'nvct'> = {
  name: 'nvct',
  title: 'NVIDIA Cloud Tasks',
  prefixes: ['/v1/nvct'],
  conventions: { caselessEnums: true },
  rules: {
    rulesets: [RULESET],
    selectRuleset: () => RULESET,
  },
  callers: {
    authenticate: async (context) => {
      // Like Cloud Functions, a self-hosted deployment also has administrator tokens, and reads `Bearer` exactly.
      if (context.settings.nvcf === 'documented') return createCaller(await authenticateKey(context));
      return (
        (await findTokenCaller(context, { trustsOtherIssuers: false })) ??
        createCaller(await authenticateKey(context, { isSchemeExact: true }))
      );
    },
    impersonate: createImpersonator({ ofKey: createCaller }),
    hypothetical: createHypotheticalKeys(() => RULESET),
  },
  lookups: taskLookups,
  operations: taskOperations,
  renderProblem,
  errors: CONTROL_PLANE_ERRORS,
  decisionHelp: {
    findFixes: findKeyFixes,
    credentialFinders: { service_not_enabled: findOtherKey },
    hints: KEY_HINTS,
    leastRights: findLeastRightsOfKey,
  },
  seed,
  state: {
    events: null,
  },
};
