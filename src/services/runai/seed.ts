import type { Instant } from '../../core/clock.ts';
import { Unusable } from '../../core/unusable.ts';
import { hashPassword } from '../../credentials/password.ts';
import { hashSecret } from '../../credentials/secret.ts';
import type { Random } from '../../random.ts';
import type { Seeding } from '../../service.ts';
import type { NewAccessKey } from '../../store/access-keys.ts';
import type { Identity } from '../../store/identities.ts';
import type { WorldRecords } from '../../store/world.ts';
import { REALM_SETTING, TENANT_ID_SETTING } from './access-token.ts';
import { ROLES } from './tables/roles.ts';

/** Run:ai's part of a seed. Ids may be left out, they are then drawn. */
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
  /** Made of `password` beforehand, because that takes 26 ms; a test compares the two. */
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

const ROLE_NAMES: readonly string[] = ROLES.map(({ name }) => name);

export const seed: Seeding = {
  records: async (part, now, random) => {
    checkSeed(part);
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
            ...blank(id ?? random.uuid(), now),
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
  cast: (part) => {
    checkSeed(part);
    return { ...part, users: part.users?.map(({ passwordHash: _, ...user }) => user) };
  },
};

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
  const id = user.id ?? random.uuid();
  const passwordHash = user.passwordHash ?? (await hashPassword(password, random.alphanumeric(16)));
  const identity: Identity = { ...blank(id, now), kind: 'user', name: email, role, passwordHash };
  const accessKeys: NewAccessKey[] = [];
  if (accessKey !== undefined) {
    const { name, clientId, clientSecret } = accessKey;
    const secretHash = hashSecret(clientSecret);
    accessKeys.push({
      id: accessKey.id ?? random.uuid(),
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

function checkSeed(part: unknown): asserts part is RunaiSeed {
  const faults: string[] = [];
  const seedPart = object(part, 'runai', faults);
  const tenant = object(seedPart['tenant'], 'runai.tenant', faults);
  if (!Number.isInteger(tenant['id'])) faults.push('`runai.tenant.id` must be a whole number');
  texts(tenant, ['name', 'realm'], 'runai.tenant', faults);
  for (const [user, where] of rows(seedPart, 'users', faults)) {
    texts(user, ['email', 'password'], where, faults);
    checkRole(user, where, faults);
    if (user['accessKey'] !== undefined) {
      texts(
        object(user['accessKey'], `${where}.accessKey`, faults),
        ['name', 'clientId', 'clientSecret'],
        `${where}.accessKey`,
        faults,
      );
    }
  }
  for (const [group, secret] of [
    ['applications', 'secret'],
    ['serviceAccounts', 'clientSecret'],
  ] as const) {
    for (const [row, where] of rows(seedPart, group, faults)) {
      texts(row, ['name', 'clientId', secret], where, faults);
      checkRole(row, where, faults);
    }
  }
  for (const [client, where] of rows(seedPart, 'clients', faults)) {
    texts(client, ['clientId'], where, faults);
    if (!Array.isArray(client['redirectUris'])) faults.push(`\`${where}.redirectUris\` must be a list`);
  }
  faults.push(...repeated(seedPart));
  if (faults.length > 0) throw new Unusable(`The seed cannot be used:\n  ${faults.join('\n  ')}`);
}

/** Names and client ids by which somebody is found. */
function repeated(part: Row): string[] {
  const list = (group: string) => (Array.isArray(part[group]) ? (part[group] as Row[]) : []);
  const keys = list('users').flatMap((user) => (user['accessKey'] === undefined ? [] : [user['accessKey'] as Row]));
  const groups: [string, unknown[]][] = [
    ['users: `email`', list('users').map((user) => String(user['email']).toLowerCase())],
    ['applications: `name`', list('applications').map((row) => row['name'])],
    ['applications: `clientId`', list('applications').map((row) => row['clientId'])],
    ['serviceAccounts: `name`', list('serviceAccounts').map((row) => row['name'])],
    ['serviceAccounts: `clientId`', list('serviceAccounts').map((row) => row['clientId'])],
    ['access keys: `clientId`', keys.map((key) => key['clientId'])],
    ['clients: `clientId`', list('clients').map((row) => row['clientId'])],
    ['`id`', [...list('users'), ...list('applications'), ...list('serviceAccounts')].flatMap((row) => row['id'] ?? [])],
    ['access keys: `id`', keys.flatMap((key) => key['id'] ?? [])],
  ];
  return groups.flatMap(([what, values]) =>
    values
      .filter((value, index) => values.indexOf(value) !== index)
      .map((value) => `${what} \`${value}\` occurs twice in \`runai\``),
  );
}

type Row = Readonly<Record<string, unknown>>;

function object(value: unknown, where: string, faults: string[]): Row {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Row;
  faults.push(`\`${where}\` must be an object`);
  return {};
}

function rows(parent: Row, group: string, faults: string[]): [Row, string][] {
  const list = parent[group] ?? [];
  if (!Array.isArray(list)) {
    faults.push(`\`runai.${group}\` must be a list`);
    return [];
  }
  return list.map((value, index) => [object(value, `runai.${group}[${index}]`, faults), `runai.${group}[${index}]`]);
}

function texts(row: Row, members: readonly string[], where: string, faults: string[]): void {
  for (const member of members) {
    if (typeof row[member] !== 'string' || row[member] === '') faults.push(`\`${where}.${member}\` must be a text`);
  }
}

function checkRole(row: Row, where: string, faults: string[]): void {
  const { role } = row;
  if (role === null || (typeof role === 'string' && ROLE_NAMES.includes(role))) return;
  faults.push(`\`${where}.role\` must be null or one of ${ROLE_NAMES.map((name) => `\`${name}\``).join(', ')}`);
}
