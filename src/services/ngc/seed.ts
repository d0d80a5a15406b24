import type { Instant } from '../../core/clock.ts';
import { list, object, text } from '../../core/json-schema.ts';
import { type GivenResource, readPolicy } from '../../core/key-policy.ts';
import type { Law } from '../../core/law.ts';
import { keyForm } from '../../credentials/ngc-key.ts';
import { hashSecret } from '../../credentials/secret.ts';
import { namedUuid } from '../../random.ts';
import type { SeedFault, Seeding } from '../../service.ts';
import type { NewNgcKey, NgcUser } from '../../store/ngc-keys.ts';

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

  const faultsOfKey = (key: SeedKey): SeedFault[] => {
    const of = `key \`${key.name}\` of \`ngc\``;
    const form = keyForm(key.key);
    return [
      ...policyOf(key)
        .faults.filter(({ forceable }) => !forceable)
        .map(({ message, given = '', valid = [] }) => ({
          message: `${of}: ${message.replace(/\.$/, '')}`,
          given,
          valid,
        })),
      ...(form === 'marked'
        ? []
        : [`${of}: \`key\` was not minted by a mock; take one that \`POST /_mock/keys\` answered`]),
      ...(key.type === 'personal' && key.user === undefined ? [`${of} is personal, so it needs \`user\``] : []),
      ...(key.expiresAt !== undefined && Number.isNaN(Date.parse(key.expiresAt))
        ? [`${of}: \`expiresAt\` is no time`]
        : []),
    ];
  };

  return {
    schema: SCHEMA,
    faults: (part) => {
      const { org, organizations, keys = [] } = part as NgcSeed;
      const names = organizations.map(({ name }) => name);
      const strangers = [org, ...keys.map((key) => key.org)].filter((name) => !names.includes(name));
      return [
        ...new Set(
          strangers.map((name) => `\`ngc\` names the organisation \`${name}\`, which \`organizations\` does not have`),
        ),
        ...repeated('organizations: `name`', names),
        ...repeated(
          'organizations: `ncaId`',
          organizations.map(({ ncaId }) => ncaId),
        ),
        ...repeated(
          'keys: `id`',
          keys.flatMap((key) => key.id ?? []),
        ),
        ...repeated(
          'keys: `name` in one organisation',
          keys.map((key) => `${key.org}/${key.name}`),
        ),
        ...(new Set(keys.map(({ key }) => key)).size < keys.length ? ['keys: a `key` occurs twice in `ngc`'] : []),
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
function tornUsers(keys: readonly SeedKey[]): string[] {
  const lists = new Map<string, Set<string>>();
  for (const { org, user, roles } of keys) {
    if (user === undefined || roles === undefined) continue;
    const name = `\`${user}\` of \`${org}\``;
    lists.set(name, (lists.get(name) ?? new Set()).add([...roles].sort().join(', ')));
  }
  return [...lists]
    .filter(([, roles]) => roles.size > 1)
    .map(([name]) => `keys: the user ${name} has different \`roles\` on different keys of \`ngc\``);
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

function repeated(what: string, values: readonly string[]): string[] {
  const twice = values.filter((value, index) => values.indexOf(value) !== index);
  return [...new Set(twice)].map((value) => `${what} \`${value}\` occurs twice in \`ngc\``);
}
