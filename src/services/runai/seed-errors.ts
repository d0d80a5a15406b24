import type { SeedError } from '../../contract/seed.ts';
import { findDuplicates, type LocatedEntry, locateEntries } from '../../contract/seed-entries.ts';
import { findClaimRulesProblem } from '../../tokens/claim-rules.ts';
import { createRuleKey } from './access-rules.ts';
import { listCredentials } from './seed-credentials.ts';
import { LIST_NAMES, type ListedRule, listEntries, listRules, SEED_LISTS, toSubjectName } from './seed-lists.ts';
import { PREDEFINED_ROLES, type WrittenAccessKey, type WrittenEntries, type WrittenSeed } from './seed-schema.ts';

export function findErrors(part: WrittenSeed): SeedError[] {
  return [
    ...findRepeatedNames(part),
    ...findRepeatedCredentials(part),
    ...findRepeatedRules(part),
    ...findDanglingReferences(part),
    ...findUnknownRoles(part),
    ...findFailuresOfFixedPhases(part),
    ...findReservedClaims(part),
  ];
}

function findFailuresOfFixedPhases(part: WrittenSeed): SeedError[] {
  return locateEntries('runai.workloads', part.workloads).flatMap(({ entry: { phase, fails }, place }) => {
    if (phase === undefined || fails !== true) return [];
    const message = `\`${place}.fails\` is not allowed with \`phase\`: the workload stays in that phase`;
    return [{ place: `${place}.fails`, message }];
  });
}

function findReservedClaims({ claims = [] }: WrittenSeed): SeedError[] {
  const error = findClaimRulesProblem(claims);
  if (error === null) return [];
  const place = error.index === null ? 'runai.claims' : `runai.claims[${error.index}]`;
  return [{ place, message: `\`${place}\` ${error.why}` }];
}

function findRepeatedNames(part: WrittenSeed): SeedError[] {
  const errorsOfLists = LIST_NAMES.flatMap((list) => {
    const { idMembers, isCaseSensitive = false } = SEED_LISTS[list];
    const nameOf = ({ name }: { readonly name: string }) => (isCaseSensitive ? name : name.toLowerCase());
    return idMembers.length > 1 ? [] : findDuplicates(`${list}: \`${idMembers[0]}\``, listEntries(part, list), nameOf);
  });
  const errorsOfKeys = locateEntries('runai.users', part.users).flatMap(({ entry: user, place }) =>
    findDuplicates(`access keys of \`${user.email}\`: \`name\``, accessKeysOf(user, place), ({ name }) => name),
  );
  return [...errorsOfLists, ...errorsOfKeys];
}

function accessKeysOf(
  { accessKey, accessKeys }: WrittenEntries['users'],
  place: string,
): readonly LocatedEntry<WrittenAccessKey>[] {
  const first = accessKey === undefined ? [] : [{ entry: accessKey, place: `${place}.accessKey` }];
  return [...first, ...locateEntries(`${place}.accessKeys`, accessKeys)];
}

function findRepeatedCredentials(part: WrittenSeed): SeedError[] {
  const credentials = listCredentials(part);
  const keys = credentials.filter(({ entry }) => entry.defaults.kind === 'access-key');
  const identities = credentials.filter(({ entry }) => entry.defaults.kind !== 'access-key');
  const findRepeatedIds = (lists: string, entries: typeof credentials) =>
    findDuplicates(
      `${lists}: \`id\``,
      entries,
      ({ written }) => written.id,
      ({ defaults }) => defaults.id,
    );
  return [
    ...findRepeatedIds('access keys', keys),
    ...findRepeatedIds('users, applications and serviceAccounts', identities),
    ...findDuplicates(
      'access keys, applications and serviceAccounts: `clientId`',
      [...keys, ...identities],
      // The default is the name, so an application and a service account with the same name collide.
      ({ written, defaults }) => written.clientId ?? (defaults.kind === 'access-key' ? undefined : defaults.clientId),
      ({ defaults }) => defaults.clientId,
    ),
  ];
}

/** Repeated rules from `role` members are not reported, because the names of their identities are repeated, too. */
function findRepeatedRules(part: WrittenSeed): SeedError[] {
  const keyOf = ({ rule }: ListedRule) => createRuleKey(rule, rule.role);
  return findDuplicates(
    'accessRules',
    listRules(part),
    (entry) => (entry.isFromRoleMember ? undefined : keyOf(entry)),
    keyOf,
  );
}

/** Roles are predefined or in the seed. Without custom roles, the schema already checks the names. */
function findUnknownRoles(part: WrittenSeed): SeedError[] {
  if (part.roles === undefined) return [];
  const valid = [...PREDEFINED_ROLES, ...part.roles.map(({ name }) => name)];
  const withPredefinedName = listEntries(part, 'roles').filter(({ entry }) =>
    PREDEFINED_ROLES.some((name) => name.toLowerCase() === entry.name.toLowerCase()),
  );
  return [
    ...withPredefinedName.map(({ entry, place }) => {
      return { place, message: `\`${place}\` has the name of the predefined role \`${entry.name}\`` };
    }),
    ...listRules(part).flatMap(({ entry: { rule, isFromRoleMember }, place: pathOfRule }) => {
      if (valid.includes(rule.role)) return [];
      const place = isFromRoleMember ? pathOfRule : `${pathOfRule}.role`;
      const message = `\`${place}\` is \`${rule.role}\`, which is neither a predefined role nor in \`runai.roles\``;
      return [{ place, message, given: rule.role, valid }];
    }),
  ];
}

function findDanglingReferences(part: WrittenSeed): SeedError[] {
  const namesByKind = indexNamesByKind(part);
  return LIST_NAMES.flatMap((list) => listEntries(part, list)).flatMap(({ entry, place }) =>
    entry.references.flatMap(({ member, kind, name }): SeedError[] => {
      const names = namesByKind.get(kind);
      if (name === undefined || names === undefined || names.has(name)) return [];
      const message = `\`${place}.${member}\` is \`${name}\`, but the seed has no such ${kind}`;
      return [{ place: `${place}.${member}`, message, given: name, valid: [...names] }];
    }),
  );
}

/** Returns the names that references can have, by kind. Kinds with any valid name are left out. */
function indexNamesByKind(part: WrittenSeed): ReadonlyMap<string, ReadonlySet<string>> {
  const namesByKind = new Map<string, ReadonlySet<string>>([['tenant', new Set([String(part.tenant.id)])]]);
  for (const list of LIST_NAMES) {
    const { scope, subject } = SEED_LISTS[list];
    const kind = scope ?? subject;
    // Any group is valid, because groups belong to the identity provider.
    if (kind === undefined || kind === 'group') continue;
    const names = listEntries(part, list).map(({ entry: { name } }) =>
      subject === undefined ? name : toSubjectName(name),
    );
    namesByKind.set(kind, new Set(names));
  }
  return namesByKind;
}
