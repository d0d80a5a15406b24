import type { SeedError } from '../../contract/seed.ts';
import { findDuplicates, type LocatedEntry, locateEntries } from '../../contract/seed-entries.ts';
import { quote } from '../../decisions/explaining/index.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { own } from '../../lib/members.ts';
import { createDerivation } from '../../tokens/derivation.ts';
import { findUnknownOrganizations } from '../ngc-keys/accounts.ts';
import { AUDIENCES } from '../ngc-keys/audiences.ts';
import { type KeyNames, keyNames, keyServices } from '../ngc-keys/key-policy.ts';
import { classifyKey, deriveKeyText } from '../ngc-keys/key-text.ts';
import { deriveKeyId, findKeyServiceAudience, parseKeyPolicy } from './seed-keys.ts';
import type { NgcSeed, WrittenKey } from './seed-schema.ts';
import { TABLES } from './tables/index.ts';

/** Members that a type of key cannot have, and what to use instead. */
const FORBIDDEN_MEMBERS = {
  personal: {
    members: ['scopes', 'resource'],
    why: 'only service keys have it; the rights of a personal key are the `roles` of its `user`',
  },
  service: {
    members: ['user', 'roles'],
    why: 'only personal keys have it; the rights of a service key are its `scopes` and `resource`',
  },
} as const;

/** @param rulesets one of each service @param serviceRoles the names of roles in all services and profiles */
export function findSeedErrors(
  seed: NgcSeed,
  rulesets: readonly Ruleset[],
  serviceRoles: readonly string[],
): SeedError[] {
  const roles = [...serviceRoles, ...TABLES.roles.map(({ name }) => name)];
  const names = keyNames(rulesets);
  const organizations = locateEntries('ngc.organizations', seed.organizations);
  const organizationNames = seed.organizations.map(({ name }) => name);
  const keys = locateEntries('ngc.keys', seed.keys);
  return [
    ...findUnknownOrganizations([{ entry: { org: seed.org }, place: 'ngc' }, ...keys], organizationNames),
    ...findDuplicates('organizations: `name`', organizations, ({ name }) => name),
    ...findDuplicates('organizations: `ncaId`', organizations, ({ ncaId }) => ncaId),
    ...findDuplicates('keys: `id`', keys, ({ id }) => id, deriveKeyId),
    ...findDuplicates('keys: `name` in one organisation', keys, ({ org, name }) => `${org}/${name}`),
    ...findDuplicateKeys(keys),
    ...keys.flatMap((key) => findKeyErrors(key, rulesets, roles, names)),
    ...findUserErrors(keys),
  ];
}

function findKeyErrors(
  { entry: key, place }: LocatedEntry<WrittenKey>,
  rulesets: readonly Ruleset[],
  roles: readonly string[],
  names: KeyNames,
): SeedError[] {
  const subject = `key \`${key.name}\` of \`ngc\``;
  const errors: SeedError[] = [
    ...findForbiddenMembers(key, place),
    ...findOwnerErrors(key, subject, place),
    ...findPolicyErrors(parseKeyPolicy(key, rulesets, names), subject, place),
    ...findUnknownNames(
      `${subject}: unknown service`,
      locateEntries(`${place}.services`, key.services),
      keyServices(rulesets, `${key.type}-key`),
    ),
    ...findUnknownNames(`${subject}: unknown role`, locateEntries(`${place}.roles`, key.roles), roles),
  ];
  if (key.key !== undefined && classifyKey(key.key) !== 'marked') {
    const message = `${subject}: \`key\` was not created by a mock; omit it, or use a key from \`POST /_mock/keys\``;
    errors.push({ place: `${place}.key`, message });
  }
  if (key.type === 'personal' && key.user === undefined)
    errors.push({ place, message: `${subject}: \`user\` is missing, but personal keys require it` });
  if (key.expiresAt !== undefined && Number.isNaN(Date.parse(key.expiresAt)))
    errors.push({
      place: `${place}.expiresAt`,
      message: `${subject}: \`expiresAt\` is not a valid time; use RFC 3339, such as \`2030-01-31T12:00:00Z\``,
    });
  return errors;
}

function findUnknownNames(subject: string, names: readonly LocatedEntry<string>[], valid: readonly string[]) {
  return names
    .filter(({ entry }) => !valid.includes(entry))
    .map(({ entry, place }) => ({ place, message: `${subject} \`${entry}\``, given: entry, valid }));
}

function findForbiddenMembers(key: WrittenKey, place: string): SeedError[] {
  // The schema already reports unknown types.
  const { members = [], why = '' } = own(FORBIDDEN_MEMBERS, key.type) ?? {};
  return members
    .filter((member) => key[member] !== undefined)
    .map((member) => ({
      place: `${place}.${member}`,
      message: `\`${place}.${member}\` is not allowed: ${why}`,
    }));
}

/** Finds an owner at a key that the self-hosted key service cannot have issued. */
function findOwnerErrors({ owner, type, services }: WrittenKey, subject: string, place: string): SeedError[] {
  if (owner === undefined || (type === 'service' && findKeyServiceAudience(services) !== undefined)) return [];
  const valid = quote(AUDIENCES.flatMap(({ honoured }) => honoured?.service ?? []));
  const message = `${subject}: \`owner\` is only for keys of the self-hosted key service: service keys with ${valid} as first service`;
  return [{ place: `${place}.owner`, message }];
}

/** Finds the errors of a policy. Those that the mock could be forced to accept are not errors in a seed. */
function findPolicyErrors({ faults }: ReturnType<typeof parseKeyPolicy>, subject: string, place: string): SeedError[] {
  return faults
    .filter(({ forceable }) => !forceable)
    .map(({ message, field, given, valid }) => ({
      place: `${place}.${field ?? ''}`,
      message: `${subject}: ${message.replace(/\.$/, '')}`,
      ...(given !== undefined && { given, valid: valid ?? [] }),
    }));
}

/** Finds duplicate keys. The messages must not reveal them. */
function findDuplicateKeys(keys: readonly LocatedEntry<WrittenKey>[]): SeedError[] {
  const derivation = createDerivation('default');
  return findDuplicates(
    '',
    keys,
    (key) => key.key,
    (key) => deriveKeyText(derivation, key.id ?? deriveKeyId(key)),
  ).map(({ place }) => ({ place, message: 'keys: a `key` occurs twice in `ngc`' }));
}

/** Checks the roles of users: one key of each user must have them, and keys must not contradict each other. */
function findUserErrors(keys: readonly LocatedEntry<WrittenKey>[]): SeedError[] {
  const nameOf = ({ org, user }: WrittenKey) => `\`${user}\` of \`${org}\``;
  const formatRoles = (roles: readonly string[]) => [...roles].sort().join(', ');
  const rolesByUser = new Map<string, string>();
  for (const { entry } of keys) {
    const name = nameOf(entry);
    if (entry.roles !== undefined && !rolesByUser.has(name)) rolesByUser.set(name, formatRoles(entry.roles));
  }
  return keys.flatMap(({ entry, place }): SeedError[] => {
    const { type, org, name, user, roles } = entry;
    const rolesOfUser = rolesByUser.get(nameOf(entry));
    if (user === undefined) return [];
    if (rolesOfUser === undefined && type === 'personal') {
      const message = `key \`${name}\` of \`ngc\`: \`${org}\` has no such \`user\`; add \`roles\` to create the user`;
      return [{ place: `${place}.user`, message }];
    }
    if (roles === undefined || formatRoles(roles) === rolesOfUser) return [];
    const message = `keys: the keys of user ${nameOf(entry)} in \`ngc\` have different \`roles\`; give them the same`;
    return [{ place: `${place}.roles`, message }];
  });
}
