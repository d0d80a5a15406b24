import type { Seeding } from '../../contract/seed.ts';
import type { Instant } from '../../core/clock.ts';
import { described, list, object, text } from '../../core/json-schema.ts';
import type { Law } from '../../core/law.ts';
import { own } from '../../core/own.ts';
import { findDuplicates, type Placed, placeEntries, type SeedFault } from '../../core/seed-fault.ts';
import { type Derivation, derivationOf } from '../../credentials/derivation.ts';
import { hashSecret } from '../../credentials/secret.ts';
import { type GivenResource, keyServices, knownRoles, readPolicy } from '../../kits/ngc/key-policy.ts';
import { deriveKeyText, keyForm } from '../../kits/ngc/key-text.ts';
import { findUnknownOrganizations } from '../../kits/ngc/organizations.ts';
import { namedUuid } from '../../machine/random.ts';
import { type NewNgcKey, type NgcUser, newKeyRows, ngcUserRow, organizationRow } from '../../ngc-keys/records.ts';
import { TABLES } from './tables/index.ts';

/** A key as written in a seed. */
interface WrittenKey {
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
}

/** A key with everything that was left out. */
type SeedKey = WrittenKey & { readonly id: string; readonly key: string };

/** NGC's part of a seed, once it fits the schema. */
interface NgcSeed<Key = WrittenKey> {
  readonly org: string;
  readonly ncaId: string;
  readonly organizations: readonly {
    readonly name: string;
    readonly ncaId: string;
    readonly airSubscription: boolean;
  }[];
  readonly keys?: readonly Key[];
}

/** Ids appear in paths, where one official client turns `_` into `-`. */
const id = { type: 'string', pattern: '^[A-Za-z0-9.-]+$' };
const resource = object(
  {
    type: described(text, 'The type of the resource, such as `All Functions` or `Function`.'),
    ids: described(list(text), 'Ids of the objects that it is about, where the type takes some.'),
  },
  ['ids'],
);

const SCHEMA = object(
  {
    org: described(text, 'The organisation that paths without one mean; one of `organizations`.'),
    ncaId: described(text, 'The account (NCA id) of that organisation.'),
    organizations: described(
      list(
        object({
          name: described(id, 'The name, as it stands in paths.'),
          ncaId: described(text, 'The account (NCA id); no two organisations have the same.'),
          airSubscription: described(
            { type: 'boolean' },
            'Whether the organisation subscribes to Air; where it does not, Air answers 402.',
          ),
        }),
      ),
      'The organisations; those of Air and Cloud Functions are the same.',
    ),
    keys: described(
      list(
        object(
          {
            id: described(id, 'The id, as it stands in paths. Left out: it follows from organisation and name.'),
            org: described(text, 'The organisation whose key it is.'),
            name: described(text, 'The name; an organisation has no two keys of one name.'),
            type: described(
              { enum: ['personal', 'service'] },
              'A personal key has the rights of its user, a service key those of its scopes.',
            ),
            services: described(list(text), 'The services that take the key, such as `nvcf` and `air`.'),
            scopes: described(
              list(text),
              'Of a service key: what it may do, such as `list_functions` or `List Functions`.',
            ),
            resource: described(
              { anyOf: [resource, list(resource)] },
              'Of a service key: on what it may do it; one resource or a list of them.',
            ),
            user: described(text, 'Whose key it is, as an e-mail address; every personal key needs it.'),
            roles: described(
              list(text),
              'The roles of that user, such as `ORG_OWNER` or `air-admin`; they count for every key of the user.',
            ),
            expiresAt: described(
              { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)$' },
              'When it stops counting (RFC 3339). Left out: never.',
            ),
            key: described(
              text,
              'Its text, with the mark of a mock, as `POST /_mock/keys` answers it. Left out: it is derived from the id.',
            ),
          },
          ['id', 'scopes', 'resource', 'user', 'roles', 'expiresAt', 'key'],
        ),
      ),
      'The keys of all organisations.',
    ),
  },
  ['keys'],
);

const LISTS = {
  organizations: { by: ['name'] },
  keys: { by: ['org', 'name'], called: ['NGC key', 'NGC keys'] },
} as const;

/** Members that only the other kind of keys has, and what keys of a kind have in their place. */
const FOREIGN = {
  personal: {
    members: ['scopes', 'resource'],
    why: 'is a member of service keys; the rights of a personal key are the `roles` of its `user`',
  },
  service: {
    members: ['user', 'roles'],
    why: 'is a member of personal keys; the rights of a service key are its `scopes` and `resource`',
  },
} as const;

/** @param lawsOfKeys the laws whose scopes and resource types keys can hold */
export function ngcSeed(lawsOfKeys: () => readonly Law[]): Seeding {
  return {
    schema: SCHEMA,
    lists: LISTS,
    faults: (part) => findFaults(writtenOf(part), lawsOfKeys()),
    completed: (part, derivation) => withKeys(writtenOf(part), (key) => completeKey(key, derivation)),
    own: (part, derivation) =>
      withKeys(completeOf(part), (key) => ({ ...key, key: deriveKeyText(derivation, key.id) })),
    bare: (part) =>
      withKeys(writtenOf(part), (key) => {
        const { id, ...rest } = key;
        return id === idOf(key) ? rest : key;
      }),
    rows: async (complete, now) => {
      const { organizations, keys = [] } = completeOf(complete);
      const subscribed = organizations.map(({ airSubscription, ...organization }) => ({
        ...organization,
        subscriptions: airSubscription ? ['air'] : [],
      }));
      const laws = lawsOfKeys();
      return {
        rows: [
          ...subscribed.map(organizationRow),
          ...usersOf(keys).map(ngcUserRow),
          ...keys.flatMap((key) => newKeyRows(newKey(key, policyOf(key, laws).policy, now))),
        ],
      };
    },
    cast: (part) => part,
  };
}

function findFaults(seed: NgcSeed, laws: readonly Law[]): SeedFault[] {
  const organizations = placeEntries('ngc.organizations', seed.organizations);
  const names = seed.organizations.map(({ name }) => name);
  const keys = placeEntries('ngc.keys', seed.keys);
  return [
    ...findUnknownOrganizations([{ entry: { org: seed.org }, place: 'ngc' }, ...keys], names),
    ...findDuplicates('organizations: `name`', organizations, ({ name }) => name),
    ...findDuplicates('organizations: `ncaId`', organizations, ({ ncaId }) => ncaId),
    ...findDuplicates('keys: `id`', keys, ({ id }) => id, idOf),
    ...findDuplicates('keys: `name` in one organisation', keys, ({ org, name }) => `${org}/${name}`),
    ...sameKeys(keys),
    ...keys.flatMap((key) => findKeyFaults(key, laws)),
    ...unknownUsers(keys),
    ...tornUsers(keys),
  ];
}

function findKeyFaults({ entry: key, place }: Placed<WrittenKey>, laws: readonly Law[]): SeedFault[] {
  const of = `key \`${key.name}\` of \`ngc\``;
  const roles = [...knownRoles(laws), ...TABLES.roles.map(({ name }) => name)];
  const findUnknown = (list: string, what: string, names: readonly string[], valid: readonly string[]) =>
    placeEntries(`${place}.${list}`, names)
      .filter(({ entry }) => !valid.includes(entry))
      .map(({ entry, place }) => ({ place, message: `${of}: there is no ${what} \`${entry}\``, given: entry, valid }));
  const faults: SeedFault[] = [
    ...findForeignMembers(key, place),
    ...findPolicyFaults(key, laws, of, place),
    ...findUnknown('services', 'service', key.services, keyServices(laws)),
    ...findUnknown('roles', 'role', key.roles ?? [], roles),
  ];
  if (key.key !== undefined && keyForm(key.key) !== 'marked') {
    const message = `${of}: \`key\` was not minted by a mock; leave it out, or take one that \`POST /_mock/keys\` answered`;
    faults.push({ place: `${place}.key`, message });
  }
  if (key.type === 'personal' && key.user === undefined)
    faults.push({ place, message: `${of} is personal, so it needs \`user\`` });
  if (key.expiresAt !== undefined && Number.isNaN(Date.parse(key.expiresAt)))
    faults.push({ place: `${place}.expiresAt`, message: `${of}: \`expiresAt\` is no time` });
  return faults;
}

function findForeignMembers(key: WrittenKey, place: string): SeedFault[] {
  // A type that is none is reported by the schema.
  const { members = [], why = '' } = own(FOREIGN, key.type) ?? {};
  return members
    .filter((member) => key[member] !== undefined)
    .map((member) => ({
      place: `${place}.${member}`,
      message: `\`${place}.${member}\` must be left out: it ${why}`,
    }));
}

function findPolicyFaults(key: WrittenKey, laws: readonly Law[], of: string, place: string): SeedFault[] {
  return policyOf(key, laws)
    .faults.filter(({ forceable }) => !forceable)
    .map(({ message, field, given, valid }) => ({
      place: `${place}.${field ?? ''}`,
      message: `${of}: ${message.replace(/\.$/, '')}`,
      ...(given !== undefined && { given, valid: valid ?? [] }),
    }));
}

function policyOf(key: WrittenKey, laws: readonly Law[]) {
  return readPolicy(laws, key.scopes ?? [], [key.resource ?? []].flat());
}

function writtenOf(part: unknown): NgcSeed {
  // It fits the schema, which `NgcSeed` expresses in types.
  return part as NgcSeed;
}

function completeOf(part: unknown): NgcSeed<SeedKey> {
  // It fits the schema, and `completed` made it.
  return part as NgcSeed<SeedKey>;
}

function withKeys<Key>(part: NgcSeed<Key>, change: (key: Key) => unknown): unknown {
  return part.keys === undefined ? part : { ...part, keys: part.keys.map(change) };
}

/** The id of a key written without one: the same for the same name, so that a reset changes none. */
function idOf({ org, name }: Pick<WrittenKey, 'org' | 'name'>): string {
  return namedUuid(`ngc-key:${org}:${name}`);
}

function completeKey(key: WrittenKey, derivation: Derivation): SeedKey {
  const id = key.id ?? idOf(key);
  return { ...key, id, key: key.key ?? deriveKeyText(derivation, id) };
}

/** Each user once, with the roles that any of their keys names. */
function usersOf(keys: readonly WrittenKey[]): NgcUser[] {
  const users = new Map<string, NgcUser>();
  for (const { org, user, roles } of keys) {
    if (user === undefined) continue;
    const name = `${org}/${user}`;
    users.set(name, { org, email: user, roles: roles ?? users.get(name)?.roles ?? [] });
  }
  return [...users.values()];
}

/** Faults do not reveal a key's text. */
function sameKeys(keys: readonly Placed<WrittenKey>[]): SeedFault[] {
  const derivation = derivationOf('default');
  return findDuplicates(
    '',
    keys,
    (one) => one.key,
    (one) => deriveKeyText(derivation, one.id ?? idOf(one)),
  ).map(({ place }) => ({ place, message: 'keys: a `key` occurs twice in `ngc`' }));
}

/** Users of whom no key says which roles they have: a key of theirs would be one of nobody. */
function unknownUsers(keys: readonly Placed<WrittenKey>[]): SeedFault[] {
  const nameOf = ({ org, user }: WrittenKey) => `${org}/${user}`;
  const known = new Set(keys.flatMap(({ entry }) => (entry.roles === undefined ? [] : [nameOf(entry)])));
  return keys.flatMap(({ entry, place }) => {
    const { type, org, name, user } = entry;
    if (type !== 'personal' || user === undefined || known.has(nameOf(entry))) return [];
    const message = `key \`${name}\` of \`ngc\`: \`user\` names nobody of \`${org}\`; give \`roles\` too, and the user is made`;
    return [{ place: `${place}.user`, message }];
  });
}

/** Users whose keys name different roles: roles belong to the user and apply to all their keys. */
function tornUsers(keys: readonly Placed<WrittenKey>[]): SeedFault[] {
  const lists = new Map<string, string>();
  return keys.flatMap(({ entry: { org, user, roles }, place }) => {
    if (user === undefined || roles === undefined) return [];
    const name = `\`${user}\` of \`${org}\``;
    const list = [...roles].sort().join(', ');
    const before = lists.get(name) ?? list;
    lists.set(name, before);
    return before === list
      ? []
      : [
          {
            place: `${place}.roles`,
            message: `keys: the user ${name} has different \`roles\` on different keys of \`ngc\``,
          },
        ];
  });
}

function newKey(seed: SeedKey, policy: NewNgcKey['policy'], now: Instant): NewNgcKey {
  const { org, name, type, services, expiresAt } = seed;
  return {
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
