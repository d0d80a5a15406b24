import type { Instant } from '../../core/clock.ts';
import { hashPassword } from '../../credentials/password.ts';
import { hashSecret } from '../../credentials/secret.ts';
import { namedUuid, type Random } from '../../random.ts';
import type { Seeding } from '../../service.ts';
import type { NewAccessKey } from '../../store/access-keys.ts';
import type { Identity } from '../../store/identities.ts';
import type { WorldRecords } from '../../store/world.ts';
import { REALM_SETTING, TENANT_ID_SETTING } from './access-token.ts';
import { SEED_SCHEMA } from './seed-schema.ts';

/** Run:ai's part of a seed, once it was checked against `SEED_SCHEMA`. Ids may be left out, they then follow from the names. */
interface RunaiSeed {
  readonly tenant: { readonly id: number; readonly name: string; readonly realm: string };
  readonly users?: readonly SeedUser[];
  readonly applications?: readonly SeedClient<'secret'>[];
  readonly serviceAccounts?: readonly SeedClient<'clientSecret'>[];
  readonly clients?: readonly { readonly clientId: string; readonly redirectUris: readonly string[] }[];
}

interface SeedUser {
  readonly id?: string;
  readonly email: string;
  readonly password: string;
  /** Of the built-in cast only: made of `password` beforehand, because that takes 26 ms; a test compares the two. */
  readonly passwordHash?: string;
  readonly role: string | null;
  readonly accessKey?: {
    readonly id?: string;
    readonly name: string;
    readonly clientId: string;
    readonly clientSecret: string;
  };
}

type SeedClient<Secret extends string> = {
  readonly id?: string;
  readonly name: string;
  readonly clientId: string;
  readonly role: string | null;
} & { readonly [Member in Secret]: string };

export const seed: Seeding = {
  schema: SEED_SCHEMA,
  faults: (part) => repeated(part as RunaiSeed),
  records: async (checked, now, random) => {
    const part = checked as RunaiSeed;
    const applications = (part.applications ?? []).map(
      (row) => ({ ...row, kind: 'application', clientSecret: row.secret }) as const,
    );
    const accounts = (part.serviceAccounts ?? []).map((row) => ({ ...row, kind: 'service-account' }) as const);
    const users = await Promise.all((part.users ?? []).map((user) => userRecords(user, now, random)));
    const records: WorldRecords = {
      identities: [
        ...users.map(({ identity }) => identity),
        ...[...applications, ...accounts].map(
          ({ id, kind, name, clientId, clientSecret, role }): Identity => ({
            ...blank(id ?? stableId(kind, name), now),
            kind,
            name,
            role,
            clientId,
            secretHash: hashSecret(clientSecret),
          }),
        ),
      ],
      accessKeys: users.flatMap(({ accessKeys }) => accessKeys),
      oauthClients: part.clients ?? [],
      settings: { [TENANT_ID_SETTING]: String(part.tenant.id), [REALM_SETTING]: part.tenant.realm },
    };
    return records;
  },
  cast: (checked) => {
    const { users, ...part } = checked as RunaiSeed;
    return { ...part, ...(users && { users: users.map(({ passwordHash: _, ...user }) => user) }) };
  },
};

/** The same id for the same name, so that a reset changes none. */
function stableId(kind: string, name: string): string {
  return namedUuid(`${kind}:${name.toLowerCase()}`);
}

function blank(id: string, now: Instant): Omit<Identity, 'kind' | 'name'> {
  return {
    id,
    role: null,
    clientId: null,
    secretHash: null,
    passwordHash: null,
    enabled: true,
    createdAt: now,
    lastLogin: null,
  };
}

async function userRecords(user: SeedUser, now: Instant, random: Random) {
  const { email, password, role, accessKey } = user;
  const id = user.id ?? stableId('user', email);
  const passwordHash = user.passwordHash ?? (await hashPassword(password, random.alphanumeric(16)));
  const identity: Identity = { ...blank(id, now), kind: 'user', name: email, role, passwordHash };
  const accessKeys: NewAccessKey[] = [];
  if (accessKey !== undefined) {
    const { name, clientId, clientSecret } = accessKey;
    const secretHash = hashSecret(clientSecret);
    accessKeys.push({
      id: accessKey.id ?? stableId('access-key', clientId),
      owner: id,
      createdBy: email,
      name,
      clientId,
      secretHash,
      createdAt: now,
    });
  }
  return { identity, accessKeys };
}

/** Ids, and the names that somebody is found by, which occur twice. */
function repeated({ users = [], applications = [], serviceAccounts = [], clients = [] }: RunaiSeed): string[] {
  const keys = users.flatMap(({ accessKey }) => accessKey ?? []);
  const groups: [what: string, values: readonly (string | undefined)[]][] = [
    ['users: `email`', users.map(({ email }) => email.toLowerCase())],
    ['applications: `name`', applications.map(({ name }) => name.toLowerCase())],
    ['serviceAccounts: `name`', serviceAccounts.map(({ name }) => name.toLowerCase())],
    ['clients: `clientId`', clients.map(({ clientId }) => clientId)],
    ['access keys: `id`', keys.map(({ id }) => id)],
    [
      'users, applications and serviceAccounts: `id`',
      [...users, ...applications, ...serviceAccounts].map(({ id }) => id),
    ],
    [
      'access keys, applications and serviceAccounts: `clientId`',
      [...keys, ...applications, ...serviceAccounts].map(({ clientId }) => clientId),
    ],
  ];
  return groups.flatMap(([what, values]) => {
    const twice = values.filter((value, index) => value !== undefined && values.indexOf(value) !== index);
    return [...new Set(twice)].map((value) => `${what} \`${value}\` occurs twice in \`runai\``);
  });
}
