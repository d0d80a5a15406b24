import { createRuleset, type Ruleset } from '../../decisions/ruleset.ts';
import {
  ACTIONS,
  type Action,
  ADDED,
  COVERS,
  DOCUMENTED_TYPES,
  NOT_EMULATED,
  type NvcfRule,
  OPEN_SOURCE_TYPES,
  OPERATIONS,
  type Part,
  REMEDIES,
  type Reading,
  type ResourceTypeId,
  ROLES,
  SCOPES,
  SOURCES,
} from './tables/index.ts';

function createProfileRuleset(reading: Reading): Ruleset {
  return createRuleset('nvcf', reading, {
    term: 'scope',
    product: 'nv-cloud-functions',
    // The page says: "Requests targeting any other function ID will return a 403". The published code looks up the id first.
    ...(reading === 'documented' && { refusesOtherNames: true }),
    permissions: SCOPES,
    resourceTypes: reading === 'documented' ? DOCUMENTED_TYPES : OPEN_SOURCE_TYPES,
    unbound:
      'is bound to nothing at Cloud Functions; `"resource": {"type": "All Functions"}` binds it to all functions of its account',
    roles: ROLES,
    rules: createRules(reading),
    operations: OPERATIONS,
    remedies: REMEDIES,
    more: { notEmulated: NOT_EMULATED },
  });
}

/** Returns the rules of a profile. Profile-specific members override common ones, and a row overrides its action. */
function createRules(reading: Reading): readonly NvcfRule[] {
  const actions: readonly Action[] = ACTIONS;
  return actions.flatMap(({ rows, ...action }) => {
    const { label, needs } = action;
    const shared = { label, needs, ...SOURCES[reading], ...selectMembers(reading, action) };
    return Object.entries(rows).map(([id, row]) => createRule(id, { ...shared, ...selectMembers(reading, row) }));
  });
}

/** Returns the members that are common to both profiles, overridden by those of one profile. */
function selectMembers(reading: Reading, { documented, 'open-source': openSource, ...both }: Part) {
  return { ...both, ...(reading === 'documented' ? documented : openSource) };
}

function createRule(
  id: string,
  { cover, on, addsToPage = [], ...shared }: Omit<NvcfRule, 'id' | 'cover'> & Pick<Part, 'cover' | 'addsToPage'>,
): NvcfRule {
  // A key for versions can never call a rule that refuses it, so no page, warning or simulation may list its type.
  const isAccepted = (type: ResourceTypeId) => type !== 'function-versions' || shared.versionless !== 'refuse';
  const addedTypes = addsToPage.filter(isAccepted);
  const added = addedTypes.map((type) => ({ types: [type], source: ADDED[type], certainty: 'inferred' as const }));
  return {
    id,
    ...shared,
    ...(on !== undefined && { on: mergeTypes(on.filter(isAccepted), addedTypes) }),
    ...(added.length > 0 && { added }),
    ...(cover !== undefined && { cover: { lookup: cover, ...COVERS[cover] } }),
  };
}

function mergeTypes(on: readonly ResourceTypeId[], added: readonly ResourceTypeId[]): readonly ResourceTypeId[] {
  const isEntity = (type: ResourceTypeId) => type === 'entity';
  return [...on.filter((type) => !isEntity(type)), ...added, ...on.filter(isEntity)];
}

export const RULESETS = {
  documented: createProfileRuleset('documented'),
  'open-source': createProfileRuleset('open-source'),
} as const;
