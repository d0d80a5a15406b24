import { type Ruleset, rulesetOf } from '../../core/ruleset.ts';
import { tableOf } from '../../core/sections.ts';
import {
  ACTIONS,
  type Action,
  DOCUMENTED_TYPES,
  NOT_EMULATED,
  type NvcfRule,
  OPEN_SOURCE_TYPES,
  OPERATIONS,
  type Part,
  REMEDIES,
  type Reading,
  ROLES,
  SCOPES,
} from './tables/index.ts';

function rulesetOfReading(reading: Reading): Ruleset {
  return rulesetOf('nvcf', reading, {
    term: 'scope',
    product: 'nv-cloud-functions',
    // The page: "Requests targeting any other function ID will return a 403". The published code looks up first.
    ...(reading === 'documented' && { refusesOtherNames: true }),
    permissions: SCOPES,
    resourceTypes: reading === 'documented' ? DOCUMENTED_TYPES : OPEN_SOURCE_TYPES,
    unbound:
      'is bound to nothing at Cloud Functions; `"resource": {"type": "All Functions"}` binds it to all functions of its account',
    roles: ROLES,
    rules: rulesOf(reading),
    operations: OPERATIONS,
    remedies: REMEDIES,
    more: { notEmulated: NOT_EMULATED },
  });
}

function rulesOf(reading: Reading): readonly NvcfRule[] {
  return tableOf('id', actionsOf(reading));
}

/** The actions as sections of rules; members of one reading override the members of both. */
function actionsOf(reading: Reading) {
  const actions: readonly Action[] = ACTIONS;
  return actions.map(({ rows, documented, 'open-source': openSource, ...both }) => ({
    ...both,
    ...(reading === 'documented' ? documented : openSource),
    rows: Object.fromEntries(Object.entries(rows).map(([id, row]) => [id, mergeReading(reading, row)])),
  }));
}

function mergeReading(reading: Reading, { documented, 'open-source': openSource, ...both }: Part) {
  return { ...both, ...(reading === 'documented' ? documented : openSource) };
}

/** The two readings of the rules. */
export const RULESETS = {
  documented: rulesetOfReading('documented'),
  'open-source': rulesetOfReading('open-source'),
} as const;
