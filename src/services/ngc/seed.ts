import type { Seeding } from '../../contract/seed.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import type { Instant } from '../../lib/clock.ts';
import { keyNames, knownRoles } from '../ngc-keys/key-policy.ts';
import { deriveKeyText } from '../ngc-keys/key-text.ts';
import { createKeyRows, createNgcUserRow, createOrganizationRow } from '../ngc-keys/records.ts';
import { findSeedErrors } from './seed-errors.ts';
import { completeKey, createKey, listUsers, parseKeyPolicy } from './seed-keys.ts';
import { type CompleteKey, type NgcSeed, SEED_SCHEMA } from './seed-schema.ts';

const LISTS = {
  organizations: { idMembers: ['name'] },
  keys: { idMembers: ['org', 'name'], nouns: ['NGC key', 'NGC keys'] },
} as const;

/** @param rulesetsOfKeys returns the rulesets of all services and profiles that keys can have rights in */
export function createNgcSeeding(rulesetsOfKeys: () => readonly Ruleset[]): Seeding {
  // One profile per service is enough: only the names of roles differ between profiles.
  const listServiceRulesets = () =>
    rulesetsOfKeys().filter(
      ({ service }, index, all) => all.findIndex((ruleset) => ruleset.service === service) === index,
    );
  return {
    schema: SEED_SCHEMA,
    lists: LISTS,
    findErrors: (part) => findSeedErrors(readSeed(part), listServiceRulesets(), knownRoles(rulesetsOfKeys())),
    complete: (part, derivation) => mapKeys(readSeed(part), (key) => completeKey(key, derivation)),
    derivePart: (part, derivation) =>
      mapKeys(readCompleteSeed(part), (key) => ({ ...key, key: deriveKeyText(derivation, key.id) })),
    createRows: async (part, now) => ({ rows: createRows(readCompleteSeed(part), listServiceRulesets(), now) }),
    createCast: (part) => part,
  };
}

function createRows({ organizations, keys = [] }: NgcSeed<CompleteKey>, rulesets: readonly Ruleset[], now: Instant) {
  const names = keyNames(rulesets);
  return [
    ...organizations.map(({ airSubscription, ...organization }) =>
      createOrganizationRow({ ...organization, subscriptions: airSubscription ? ['air'] : [] }),
    ),
    ...listUsers(keys).map(createNgcUserRow),
    ...keys.flatMap((key) => createKeyRows(createKey(key, parseKeyPolicy(key, rulesets, names).policy, now))),
  ];
}

function readSeed(part: unknown): NgcSeed {
  // Safe cast: validated against the schema.
  return part as NgcSeed;
}

function readCompleteSeed(part: unknown): NgcSeed<CompleteKey> {
  // Safe cast: validated against the schema and returned by `complete`.
  return part as NgcSeed<CompleteKey>;
}

function mapKeys<Key>(part: NgcSeed<Key>, change: (key: Key) => unknown): unknown {
  return part.keys === undefined ? part : { ...part, keys: part.keys.map(change) };
}
