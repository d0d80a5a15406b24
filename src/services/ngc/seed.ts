import type { SeedError, Seeding } from '../../contract/seed.ts';
import { createDerivation, type Derivation } from '../../credentials/derivation.ts';
import { hashSecret } from '../../credentials/secret.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { describe, listSchema, NON_EMPTY, objectSchema } from '../../definitions/json-schema.ts';
import { findDuplicates, type LocatedEntry, locateEntries } from '../../definitions/seed-entries.ts';
import { quote } from '../../explaining/index.ts';
import { AUDIENCES, type Audience } from '../../ngc-keys/audiences.ts';
import {
  type GivenResource,
  type KeyNames,
  keyNames,
  keyServices,
  knownRoles,
  readPolicy,
} from '../../ngc-keys/key-policy.ts';
import { classifyKey, deriveKeyText, readEnding } from '../../ngc-keys/key-text.ts';
import { findUnknownOrganizations } from '../../ngc-keys/organizations.ts';
import {
  createKeyRows,
  createNgcUserRow,
  createOrganizationRow,
  type Issuance,
  type NewNgcKey,
  type NgcUser,
} from '../../ngc-keys/records.ts';
import { keysOf, own } from '../../objects/members.ts';
import { deriveUuid } from '../../platform/random.ts';
import type { Instant } from '../../time/clock.ts';
import { TABLES } from './tables/index.ts';

/** A key as written in a seed. */
interface SeedKeyInput {
  readonly id?: string;
  readonly org: string;
  readonly name: string;
  readonly type: 'personal' | 'service';
  readonly services: readonly string[];
  readonly scopes?: readonly string[];
  readonly resource?: GivenResource | readonly GivenResource[];
  readonly user?: string;
  readonly roles?: readonly string[];
  readonly expiresAt?: string;
  readonly key?: string;
  readonly owner?: string;
}

/** A key with all members filled in. */
type SeedKey = SeedKeyInput & { readonly id: string; readonly key: string };

/** The `ngc` part of a validated seed. */
interface NgcSeed<Key = SeedKeyInput> {
  readonly org: string;
  readonly ncaId: string;
  readonly organizations: readonly {
    readonly name: string;
    readonly ncaId: string;
    readonly airSubscription: boolean;
  }[];
  readonly keys?: readonly Key[];
}

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

/** Ids are used in paths, where one official client replaces `_` with `-`. */
const id = { type: 'string', pattern: '^[A-Za-z0-9.-]+$' };
const resource = objectSchema(
  {
    type: describe(NON_EMPTY, 'The resource type, such as `All Functions` or `Function`.'),
    ids: describe(listSchema(NON_EMPTY), 'Object ids, for types that need them.'),
    ignoredIds: describe(listSchema(NON_EMPTY), 'Ids without effect, as in keys from `GET /_mock/keys`.'),
  },
  ['ids', 'ignoredIds'],
);

const SCHEMA = objectSchema(
  {
    org: describe(NON_EMPTY, 'The organisation of paths without one; one of `organizations`.'),
    ncaId: describe(NON_EMPTY, 'The account (NCA id) of that organisation.'),
    organizations: describe(
      listSchema(
        objectSchema({
          name: describe(id, 'The name, as in paths.'),
          ncaId: describe(NON_EMPTY, 'The account (NCA id), which must be unique.'),
          airSubscription: describe(
            { type: 'boolean' },
            'Whether the organisation has a subscription to Air. Without one, Air responds 402.',
          ),
        }),
      ),
      'The organisations of NGC keys, Air and Cloud Functions.',
    ),
    keys: describe(
      listSchema(
        objectSchema(
          {
            id: describe(id, 'The id, as in paths. Default: derived from the organisation and the name.'),
            org: describe(NON_EMPTY, 'The organisation of the key.'),
            name: describe(NON_EMPTY, 'The name, unique in the organisation.'),
            type: describe(
              { enum: keysOf(FORBIDDEN_MEMBERS) },
              'Personal keys have the rights of their user; service keys have scopes.',
            ),
            services: describe(listSchema(NON_EMPTY), 'The services that accept the key, such as `nvcf` and `air`.'),
            scopes: describe(
              listSchema(NON_EMPTY),
              'For service keys: scopes, such as `list_functions` or `List Functions`.',
            ),
            resource: describe(
              { anyOf: [resource, listSchema(resource)] },
              'For service keys: the objects that the key is limited to, as a resource or a list of resources.',
            ),
            user: describe(NON_EMPTY, 'The e-mail address of the user. Required for personal keys.'),
            roles: describe(
              listSchema(NON_EMPTY),
              'The roles of the user, such as `ORG_OWNER` or `air-admin`. They apply to all keys of the user.',
            ),
            expiresAt: describe(
              { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)$' },
              'When the key expires (RFC 3339). Default: never.',
            ),
            owner: describe(
              NON_EMPTY,
              'For keys of the self-hosted key service: the owner, such as `svc@nvcf-api.local`. The issuer is the first of `services`.',
            ),
            key: describe(
              NON_EMPTY,
              'The key itself, as returned by `POST /_mock/keys`. Default: derived from the id.',
            ),
          },
          ['id', 'scopes', 'resource', 'user', 'roles', 'expiresAt', 'key', 'owner'],
        ),
      ),
      'Keys of all organisations.',
    ),
  },
  ['keys'],
);

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
    schema: SCHEMA,
    lists: LISTS,
    findErrors: (part) => findFaults(readSeed(part), listServiceRulesets(), knownRoles(rulesetsOfKeys())),
    complete: (part, derivation) => mapKeys(readSeed(part), (key) => completeKey(key, derivation)),
    derivePart: (part, derivation) =>
      mapKeys(readCompleteSeed(part), (key) => ({ ...key, key: deriveKeyText(derivation, key.id) })),
    withoutDerivedIds: (part) =>
      mapKeys(readSeed(part), (key) => {
        const { id, ...rest } = key;
        return id === deriveKeyId(key) ? rest : key;
      }),
    createRows: async (complete, now) => {
      const { organizations, keys = [] } = readCompleteSeed(complete);
      const subscribed = organizations.map(({ airSubscription, ...organization }) => ({
        ...organization,
        subscriptions: airSubscription ? ['air'] : [],
      }));
      const rulesets = listServiceRulesets();
      const names = keyNames(rulesets);
      return {
        rows: [
          ...subscribed.map(createOrganizationRow),
          ...listUsers(keys).map(createNgcUserRow),
          ...keys.flatMap((key) => createKeyRows(createKey(key, parsePolicy(key, rulesets, names).policy, now))),
        ],
      };
    },
    createCast: (part) => part,
  };
}

function findFaults(seed: NgcSeed, rulesets: readonly Ruleset[], ofServices: readonly string[]): SeedError[] {
  const roles = [...ofServices, ...TABLES.roles.map(({ name }) => name)];
  const keyNamesOfRulesets = keyNames(rulesets);
  const organizations = locateEntries('ngc.organizations', seed.organizations);
  const names = seed.organizations.map(({ name }) => name);
  const keys = locateEntries('ngc.keys', seed.keys);
  return [
    ...findUnknownOrganizations([{ entry: { org: seed.org }, place: 'ngc' }, ...keys], names),
    ...findDuplicates('organizations: `name`', organizations, ({ name }) => name),
    ...findDuplicates('organizations: `ncaId`', organizations, ({ ncaId }) => ncaId),
    ...findDuplicates('keys: `id`', keys, ({ id }) => id, deriveKeyId),
    ...findDuplicates('keys: `name` in one organisation', keys, ({ org, name }) => `${org}/${name}`),
    ...findDuplicateKeys(keys),
    ...keys.flatMap((key) => findKeyFaults(key, rulesets, roles, keyNamesOfRulesets)),
    ...findUserFaults(keys),
  ];
}

function findKeyFaults(
  { entry: key, place }: LocatedEntry<SeedKeyInput>,
  rulesets: readonly Ruleset[],
  roles: readonly string[],
  names: KeyNames,
): SeedError[] {
  const subject = `key \`${key.name}\` of \`ngc\``;
  const findUnknown = (list: string, what: string, names: readonly string[], valid: readonly string[]) =>
    locateEntries(`${place}.${list}`, names)
      .filter(({ entry }) => !valid.includes(entry))
      .map(({ entry, place }) => ({ place, message: `${subject}: unknown ${what} \`${entry}\``, given: entry, valid }));
  const faults: SeedError[] = [
    ...findForeignMembers(key, place),
    ...findOwnerFaults(key, subject, place),
    ...findPolicyFaults(parsePolicy(key, rulesets, names), subject, place),
    ...findUnknown('services', 'service', key.services, keyServices(rulesets, `${key.type}-key`)),
    ...findUnknown('roles', 'role', key.roles ?? [], roles),
  ];
  if (key.key !== undefined && classifyKey(key.key) !== 'marked') {
    const message = `${subject}: \`key\` was not created by a mock; omit it, or use a key from \`POST /_mock/keys\``;
    faults.push({ place: `${place}.key`, message });
  }
  if (key.type === 'personal' && key.user === undefined)
    faults.push({ place, message: `${subject}: \`user\` is missing, but personal keys require it` });
  if (key.expiresAt !== undefined && Number.isNaN(Date.parse(key.expiresAt)))
    faults.push({
      place: `${place}.expiresAt`,
      message: `${subject}: \`expiresAt\` is not a valid time; use RFC 3339, such as \`2030-01-31T12:00:00Z\``,
    });
  return faults;
}

function findForeignMembers(key: SeedKeyInput, place: string): SeedError[] {
  // The schema already reports unknown types.
  const { members = [], why = '' } = own(FORBIDDEN_MEMBERS, key.type) ?? {};
  return members
    .filter((member) => key[member] !== undefined)
    .map((member) => ({
      place: `${place}.${member}`,
      message: `\`${place}.${member}\` is not allowed: ${why}`,
    }));
}

function findOwnerFaults({ owner, type, services }: SeedKeyInput, subject: string, place: string): SeedError[] {
  if (owner === undefined || (type === 'service' && findAudience(services) !== undefined)) return [];
  const valid = quote(AUDIENCES.flatMap(({ honoured }) => honoured?.service ?? []));
  const message = `${subject}: \`owner\` is only for keys of the self-hosted key service: service keys with ${valid} as first service`;
  return [{ place: `${place}.owner`, message }];
}

function findAudience([service]: readonly string[]): Audience | undefined {
  return AUDIENCES.find(({ honoured }) => honoured?.service === service);
}

function findPolicyFaults({ faults }: ReturnType<typeof parsePolicy>, subject: string, place: string): SeedError[] {
  return faults
    .filter(({ forceable }) => !forceable)
    .map(({ message, field, given, valid }) => ({
      place: `${place}.${field ?? ''}`,
      message: `${subject}: ${message.replace(/\.$/, '')}`,
      ...(given !== undefined && { given, valid: valid ?? [] }),
    }));
}

/** The vendor's resource type for functions, which a seed can use unchanged. The mock's own type is `Function`. */
const VENDOR_FUNCTION_TYPE = 'function';

function parsePolicy(key: SeedKeyInput, rulesets: readonly Ruleset[], names: KeyNames) {
  const resources = [key.resource ?? []]
    .flat()
    .map((resource) => ({ ...resource, isVendors: resource.type === VENDOR_FUNCTION_TYPE }));
  return readPolicy(rulesets, key.scopes ?? [], resources, key.services, names);
}

function readSeed(part: unknown): NgcSeed {
  // Safe cast: validated against the schema.
  return part as NgcSeed;
}

function readCompleteSeed(part: unknown): NgcSeed<SeedKey> {
  // Safe cast: validated against the schema and returned by `complete`.
  return part as NgcSeed<SeedKey>;
}

function mapKeys<Key>(part: NgcSeed<Key>, change: (key: Key) => unknown): unknown {
  return part.keys === undefined ? part : { ...part, keys: part.keys.map(change) };
}

/** Derives the id from the name, so that it survives a reset. */
function deriveKeyId({ org, name }: Pick<SeedKeyInput, 'org' | 'name'>): string {
  return deriveUuid(`ngc-key:${org}:${name}`);
}

function completeKey(key: SeedKeyInput, derivation: Derivation): SeedKey {
  const id = key.id ?? deriveKeyId(key);
  return { ...key, id, key: key.key ?? deriveKeyText(derivation, id) };
}

/** Returns all users, without duplicates. Any key of a user may have the roles. */
function listUsers(keys: readonly SeedKeyInput[]): NgcUser[] {
  const users = new Map<string, NgcUser>();
  for (const { org, user, roles } of keys) {
    if (user === undefined) continue;
    const name = `${org}/${user}`;
    users.set(name, { org, email: user, roles: roles ?? users.get(name)?.roles ?? [] });
  }
  return [...users.values()];
}

/** Finds duplicate keys. The messages must not reveal them. */
function findDuplicateKeys(keys: readonly LocatedEntry<SeedKeyInput>[]): SeedError[] {
  const derivation = createDerivation('default');
  return findDuplicates(
    '',
    keys,
    (key) => key.key,
    (key) => deriveKeyText(derivation, key.id ?? deriveKeyId(key)),
  ).map(({ place }) => ({ place, message: 'keys: a `key` occurs twice in `ngc`' }));
}

/** Checks the roles of users: one key of each user must have them, and keys must not contradict each other. */
function findUserFaults(keys: readonly LocatedEntry<SeedKeyInput>[]): SeedError[] {
  const nameOf = ({ org, user }: SeedKeyInput) => `\`${user}\` of \`${org}\``;
  const sorted = (roles: readonly string[]) => [...roles].sort().join(', ');
  const rolesByUser = new Map<string, string>();
  for (const { entry } of keys) {
    const name = nameOf(entry);
    if (entry.roles !== undefined && !rolesByUser.has(name)) rolesByUser.set(name, sorted(entry.roles));
  }
  return keys.flatMap(({ entry, place }): SeedError[] => {
    const { type, org, name, user, roles } = entry;
    const rolesOfUser = rolesByUser.get(nameOf(entry));
    if (user === undefined) return [];
    if (rolesOfUser === undefined && type === 'personal') {
      const message = `key \`${name}\` of \`ngc\`: \`${org}\` has no such \`user\`; add \`roles\` to create the user`;
      return [{ place: `${place}.user`, message }];
    }
    if (roles === undefined || sorted(roles) === rolesOfUser) return [];
    const message = `keys: the keys of user ${nameOf(entry)} in \`ngc\` have different \`roles\`; give them the same`;
    return [{ place: `${place}.roles`, message }];
  });
}

function createKey(seed: SeedKey, policy: NewNgcKey['policy'], now: Instant): NewNgcKey {
  const { org, name, type, services, expiresAt } = seed;
  const issuance = buildIssuance(seed);
  return {
    ...(issuance !== null && { issuance }),
    id: seed.id,
    org,
    type,
    name,
    description: null,
    services,
    user: type === 'personal' ? (seed.user ?? null) : null,
    enabled: true,
    createdAt: now,
    expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
    secretHash: hashSecret(seed.key),
    policy: type === 'personal' ? null : policy,
  };
}

/** The creation of a key in a seed does not count as a write, so its authorizations can be replaced at once. */
const SEED_AUTHORIZED_AT: Instant = 0;

/** Returns the key service's part of a key; null for keys of NGC. */
function buildIssuance({ owner, services, key }: SeedKey): Issuance | null {
  const audience = findAudience(services);
  if (owner === undefined || audience === undefined) return null;
  const { id: issuer } = audience;
  return {
    ...{ owner, issuer, audiences: [issuer], authorizations: null },
    authorizedAt: SEED_AUTHORIZED_AT,
    ...{ ending: readEnding(key), isOwnerSuspended: false },
  };
}
