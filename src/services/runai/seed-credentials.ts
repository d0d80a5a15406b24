import type { Derivation } from '../../credentials/derivation.ts';
import { digestPassword } from '../../credentials/password.ts';
import { namedUuid, type Random } from '../../platform/random.ts';
import type {
  RunaiSeed,
  SeedAccessKey,
  SeedClient,
  SeedUser,
  WithBearer,
  WrittenAccessKey,
  WrittenClient,
  WrittenSeed,
  WrittenUser,
} from './seed-schema.ts';

/** Length of the client ids that the API generates for access keys, in hexadecimal digits. */
const CLIENT_ID_LENGTH = 16;

/** Identities that have a secret and are found by name. */
type Kind = 'application' | 'service-account';

/** Derives an id from a name, so that a reset changes no id. */
function stableId(kind: 'user' | 'access-key' | Kind, name: string): string {
  return namedUuid(`${kind}:${name.toLowerCase()}`);
}

/** The id of a user that the seed gives none. */
export function userIdOf({ email }: Pick<WrittenUser, 'email'>): string {
  return stableId('user', email);
}

/** The id of an application or a service account that the seed gives none. */
export function accountIdOf(kind: Kind, { name }: { readonly name: string }): string {
  return stableId(kind, name);
}

/** The id of an access key that the seed gives none. It is derived from the client id in the first world. */
export function accessKeyIdOf({ email }: Pick<WrittenUser, 'email'>, { name, clientId }: WrittenAccessKey): string {
  return stableId('access-key', clientId ?? accessClientIdOf(email, name));
}

/** The client id of an access key that the seed gives none. */
export function accessClientIdOf(email: string, name: string): string {
  return stableId('access-key', `${email}:${name}`).replaceAll('-', '').slice(0, CLIENT_ID_LENGTH);
}

/** Removes the tokens that a saved cast has: those of a world follow from its identities. */
export function withoutBearers(part: WrittenSeed): WrittenSeed {
  const { users, applications, serviceAccounts } = part;
  const bare = <Entry extends WithBearer>({ bearer: _, ...entry }: Entry) => entry;
  return {
    ...part,
    ...(users && { users: users.map(bare) }),
    ...(applications && { applications: applications.map(bare) }),
    ...(serviceAccounts && { serviceAccounts: serviceAccounts.map(bare) }),
  };
}

/** Fills in omitted ids, client ids, secrets and passwords. */
export function completeSeed(part: WrittenSeed, derivation: Derivation): RunaiSeed {
  const { users, applications, serviceAccounts } = part;
  return {
    // Incomplete members are replaced below, in their original position: fingerprints depend on the order.
    ...(part as RunaiSeed),
    ...(users && { users: users.map((user) => completeUser(user, derivation)) }),
    ...(applications && {
      applications: applications.map((one) => {
        const client = completeClient('application', one, derivation);
        return { ...client, secret: one.secret ?? derivation.secret(client.id) };
      }),
    }),
    ...(serviceAccounts && {
      serviceAccounts: serviceAccounts.map((one) => {
        const client = completeClient('service-account', one, derivation);
        return { ...client, clientSecret: one.clientSecret ?? derivation.secret(client.id) };
      }),
    }),
  };
}

function completeUser(user: WrittenUser, derivation: Derivation): SeedUser {
  const id = user.id ?? userIdOf(user);
  const password = user.password ?? derivation.secret(id);
  const complete = (key: WrittenAccessKey) => completeAccessKey(user, key, derivation);
  // Members keep their written order: fingerprints depend on it.
  return { ...withKeys(user, complete), id, password };
}

/** A user with each access key changed. */
function withKeys<Key, User extends { readonly accessKey?: Key; readonly accessKeys?: readonly Key[] }, Changed>(
  user: User,
  change: (key: Key) => Changed,
) {
  const { accessKey, accessKeys } = user;
  // The spread keeps the order of the members.
  return {
    ...user,
    ...(accessKey !== undefined && { accessKey: change(accessKey) }),
    ...(accessKeys !== undefined && { accessKeys: accessKeys.map(change) }),
  } as Omit<User, 'accessKey' | 'accessKeys'> & {
    readonly accessKey?: Changed;
    readonly accessKeys?: readonly Changed[];
  };
}

function completeAccessKey(user: WrittenUser, key: WrittenAccessKey, derivation: Derivation): SeedAccessKey {
  const id = key.id ?? accessKeyIdOf(user, key);
  return {
    ...key,
    id,
    clientId: key.clientId ?? derivation.clientId(accessClientIdOf(user.email, key.name)),
    clientSecret: key.clientSecret ?? derivation.secret(id),
  };
}

function completeClient(kind: Kind, client: WrittenClient, derivation: Derivation): SeedClient {
  const { id = accountIdOf(kind, client), clientId = derivation.clientId(client.name) } = client;
  return { ...client, id, clientId };
}

/** The part for another world: client ids and secrets are derived anew. */
export function ownPart(part: RunaiSeed, derivation: Derivation): RunaiSeed {
  const { users, applications, serviceAccounts } = part;
  const ownClientId = ({ clientId }: { readonly clientId: string }) => derivation.clientId(clientId);
  return {
    ...part,
    ...(users && {
      users: users.map((user) =>
        withKeys(user, (key: SeedAccessKey) => ({
          ...key,
          clientId: ownClientId(key),
          clientSecret: derivation.secret(key.id),
        })),
      ),
    }),
    ...(applications && {
      applications: applications.map((one) => ({
        ...one,
        clientId: ownClientId(one),
        secret: derivation.secret(one.id),
      })),
    }),
    ...(serviceAccounts && {
      serviceAccounts: serviceAccounts.map((one) => ({
        ...one,
        clientId: ownClientId(one),
        clientSecret: derivation.secret(one.id),
      })),
    }),
  };
}

/** Removes the ids that `completeSeed` would restore. */
export function withoutDerivedIds(part: WrittenSeed): WrittenSeed {
  const { users, applications, serviceAccounts } = part;
  return {
    ...part,
    ...(users && {
      users: users.map((user) =>
        withKeys(withoutId(user, userIdOf(user)), (key: WrittenAccessKey) => withoutId(key, accessKeyIdOf(user, key))),
      ),
    }),
    ...(applications && {
      applications: applications.map((one) => withoutId(one, accountIdOf('application', one))),
    }),
    ...(serviceAccounts && {
      serviceAccounts: serviceAccounts.map((one) => withoutId(one, accountIdOf('service-account', one))),
    }),
  };
}

function withoutId<Entry extends { readonly id?: string }>(entry: Entry, derived: string): Entry {
  const { id, ...rest } = entry;
  // The compiler cannot see that an entry may lack its id.
  return id === derived ? (rest as Entry) : entry;
}

/** Adds the stored form of every password. */
export async function hashAll(part: RunaiSeed, random: Random, builtIn: RunaiSeed | undefined): Promise<RunaiSeed> {
  if (part.users === undefined) return part;
  const known = new Map(builtIn?.users?.map(({ password, passwordHash }) => [password, passwordHash]));
  const hashOf = ({ password, passwordHash }: SeedUser) =>
    passwordHash ?? known.get(password) ?? digestPassword(password, random.alphanumeric(SALT_LENGTH));
  return { ...part, users: part.users.map((user) => ({ ...user, passwordHash: hashOf(user) })) };
}

const SALT_LENGTH = 16;
