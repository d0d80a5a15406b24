import type { Instant } from '../../core/clock.ts';
import { list, object, text } from '../../core/json-schema.ts';
import { type GivenResource, keyServices, knownRoles, readPolicy } from '../../core/key-policy.ts';
import type { Law } from '../../core/law.ts';
import { type Placed, placed, type SeedFault, strangers, twice } from '../../core/seed-fault.ts';
import { keyForm } from '../../credentials/ngc-key.ts';
import { hashSecret } from '../../credentials/secret.ts';
import { namedUuid } from '../../random.ts';
import type { Seeding } from '../../service.ts';
import type { NewNgcKey, NgcUser } from '../../store/ngc-keys.ts';
import { ROLES } from './tables/roles.ts';

interface SeedKey {
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
  readonly key: string;
}

/** The part of a seed that is about NGC, once it fits the schema. */
interface NgcSeed {
  readonly org: string;
  readonly ncaId: string;
  readonly organizations: readonly {
    readonly name: string;
    readonly ncaId: string;
    readonly airSubscription: boolean;
  }[];
  readonly keys?: readonly SeedKey[];
}

/** Ids stand in paths, and one official client turns `_` there into `-`. */
const id = { type: 'string', pattern: '^[A-Za-z0-9.-]+$' };
const resource = object({ type: text, ids: list(text) }, ['ids']);

const SCHEMA = object(
  {
    org: text,
    ncaId: text,
    organizations: list(object({ name: id, ncaId: text, airSubscription: { type: 'boolean' } })),
    keys: list(
      object(
        {
          id,
          org: text,
          name: text,
          type: { enum: ['personal', 'service'] },
          services: list(text),
          scopes: list(text),
          resource: { anyOf: [resource, list(resource)] },
          user: text,
          roles: list(text),
          expiresAt: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)$' },
          key: text,
        },
        ['id', 'scopes', 'resource', 'user', 'roles', 'expiresAt'],
      ),
    ),
  },
  ['keys'],
);

/** @param lawsOfKeys the laws whose scopes and resource types keys can hold */
export function ngcSeed(lawsOfKeys: () => readonly Law[]): Seeding {
  const policyOf = (key: SeedKey) => readPolicy(lawsOfKeys(), key.scopes ?? [], [key.resource ?? []].flat());

  const faultsOfKey = ({ entry: key, place }: Placed<SeedKey>): SeedFault[] => {
    const of = `key \`${key.name}\` of \`ngc\``;
    const laws = lawsOfKeys();
    const services = keyServices(laws);
    const roles = [...knownRoles(laws), ...ROLES.map(({ name }) => name)];
    const unknown = (list: string, what: string, names: readonly string[], valid: readonly string[]) =>
      placed(`${place}.${list}`, names).flatMap(({ entry: given, place: where }) =>
        valid.includes(given)
          ? []
          : [{ place: where, message: `${of}: there is no ${what} \`${given}\``, given, valid }],
      );
    return [
      ...policyOf(key)
        .faults.filter(({ forceable }) => !forceable)
        .map(({ message, field, given, valid }) => ({
          place: `${place}.${field ?? ''}`,
          message: `${of}: ${message.replace(/\.$/, '')}`,
          ...(given !== undefined && { given, valid: valid ?? [] }),
        })),
      ...unknown('services', 'service', key.services, services),
      ...unknown('roles', 'role', key.roles ?? [], roles),
      ...(keyForm(key.key) === 'marked'
        ? []
        : [
            {
              place: `${place}.key`,
              message: `${of}: \`key\` was not minted by a mock; take one that \`POST /_mock/keys\` answered`,
            },
          ]),
      ...(key.type === 'personal' && key.user === undefined
        ? [{ place, message: `${of} is personal, so it needs \`user\`` }]
        : []),
      ...(key.expiresAt !== undefined && Number.isNaN(Date.parse(key.expiresAt))
        ? [{ place: `${place}.expiresAt`, message: `${of}: \`expiresAt\` is no time` }]
        : []),
    ];
  };

  return {
    schema: SCHEMA,
    readsOrganizations: true,
    faults: (part) => {
      const seed = part as NgcSeed;
      const organizations = placed('ngc.organizations', seed.organizations);
      const names = seed.organizations.map(({ name }) => name);
      const keys = placed('ngc.keys', seed.keys);
      return [
        ...strangers([{ entry: { org: seed.org }, place: 'ngc' }, ...keys], names),
        ...twice('organizations: `name`', organizations, ({ name }) => name),
        ...twice('organizations: `ncaId`', organizations, ({ ncaId }) => ncaId),
        ...twice('keys: `id`', keys, ({ id }) => id),
        ...twice('keys: `name` in one organisation', keys, ({ org, name }) => `${org}/${name}`),
        ...sameKeys(keys),
        ...keys.flatMap(faultsOfKey),
        ...tornUsers(keys),
      ];
    },
    records: async (checked, now) => {
      const { organizations, keys = [] } = checked as NgcSeed;
      const ngcUsers = usersOf(keys);
      return { organizations, ngcUsers, ngcKeys: keys.map((key) => newKey(key, policyOf(key).policy, now)) };
    },
    cast: (part) => part,
  };
}

/** Each user once, with the roles that any of their keys names. */
function usersOf(keys: readonly SeedKey[]): NgcUser[] {
  const users = new Map<string, NgcUser>();
  for (const { org, user, roles } of keys) {
    if (user === undefined) continue;
    const name = `${org}/${user}`;
    users.set(name, { org, email: user, roles: roles ?? users.get(name)?.roles ?? [] });
  }
  return [...users.values()];
}

/** Users whose keys name different roles: roles are the user's, for every key of theirs. */
/** A key's text is not told. */
function sameKeys(keys: readonly Placed<SeedKey>[]): SeedFault[] {
  return twice('', keys, ({ key }) => key).map(({ place }) => ({
    place,
    message: 'keys: a `key` occurs twice in `ngc`',
  }));
}

function tornUsers(keys: readonly Placed<SeedKey>[]): SeedFault[] {
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
    id: seed.id ?? namedUuid(`ngc-key:${org}:${name}`),
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
