import type { ServiceDefinition } from '../../../contract/service.ts';
import { KEY_HINTS } from '../../ngc-keys/hints.ts';
import { createHypotheticalKeys } from '../../ngc-keys/hypothetical-keys.ts';
import { createImpersonator } from '../../ngc-keys/key-bearer.ts';
import { findKeyFixes } from '../../ngc-keys/key-fixes.ts';
import { findOtherKey } from '../../ngc-keys/key-for-service.ts';
import { findLeastRightsOfKey } from '../../ngc-keys/least-rights.ts';
import { createServiceHost } from '../name-patterns.ts';
import { authenticateCaller, CALLER_FACTORIES } from './caller.ts';
import { checks } from './checks.ts';
import { CATALOGUE_HINTS } from './hints.ts';
import { lookups } from './lookups.ts';
// Adds the models to the type of the cast.
import { inferenceOperations } from './operations/inference.ts';
import { modelOperations } from './operations/models.ts';
import { ERRORS, renderProblem } from './problem.ts';
import { RULESETS } from './rulesets.ts';
import { seed } from './seed.ts';
import { NOT_EMULATED } from './tables/index.ts';

/** The hosted API catalogue: functions of Cloud Functions, called by model name. */
export const catalogue: ServiceDefinition<'catalogue'> = {
  name: 'catalogue',
  title: 'NVIDIA API Catalogue',
  prefixes: ['/integrate', '/ai'],
  hosts: [
    { pattern: createServiceHost('integrate', 'api'), prefix: '/integrate', example: 'integrate.localhost' },
    { pattern: createServiceHost('ai', 'api'), prefix: '/ai', example: 'ai.localhost' },
  ],
  conventions: { looksUpFirst: true },
  rules: {
    rulesets: Object.values(RULESETS),
    selectRuleset: (settings) => RULESETS[settings.nvcf],
    notEmulated: NOT_EMULATED,
  },
  callers: {
    authenticate: authenticateCaller,
    impersonate: createImpersonator({ ofKey: (key, { settings }) => CALLER_FACTORIES[settings.nvcf](key) }),
    hypothetical: createHypotheticalKeys((settings) => RULESETS[settings.nvcf]),
  },
  checks,
  lookups,
  operations: { ...inferenceOperations, ...modelOperations },
  renderProblem,
  errors: ERRORS,
  decisionHelp: {
    findFixes: findKeyFixes,
    credentialFinders: { service_not_enabled: findOtherKey },
    // Models belong to no organization, although their functions may.
    hints: [...CATALOGUE_HINTS, ...KEY_HINTS.filter(({ code }) => code !== 'key_of_other_organization')],
    leastRights: findLeastRightsOfKey,
  },
  seed,
  state: {
    // Not worth reporting: the only event would be the end of a model's life, in 2099 for the built-in models.
    events: null,
  },
};
