import type { Derivation } from '../../credentials/derivation.ts';
import { digestPassword } from '../../credentials/password.ts';
import type { IdentityKind } from '../../decisions/principal.ts';
import { type LocatedEntry, locateEntries } from '../../definitions/seed-entries.ts';
import { deriveUuid, type Random } from '../../platform/random.ts';
import type {
  RunaiSeed,
  SecretMember,
  SeedUser,
  WrittenAccessKey,
  WrittenClient,
  WrittenSeed,
  WrittenUser,
} from './seed-types.ts';

/** Length of generated client ids of access keys, in hexadecimal digits. */
const CLIENT_ID_LENGTH = 16;
const SALT_LENGTH = 16;

type Kind = IdentityKind | 'access-key';

/** Members that a seed may omit. */
type Credentials = { readonly [Member in 'id' | 'clientId' | 'bearer' | SecretMember]?: string };

/** Values for members that a seed omits. */
interface Defaults {
  readonly kind: Kind;
  readonly id: string;
  /** In the first world. Users have no client id: they log in with their e-mail address. */
  readonly clientId?: string;
  /** The member for the secret, which is derived from the id. */
  readonly secret: SecretMember;
}

/** Derives an id from a name, so that it survives a reset. */
function deriveId(kind: Kind, name: string): string {
  return deriveUuid(`${kind}:${name.toLowerCase()}`);
}

/**
 * Maps the credentials of all identities and access keys.
 *
 * @param change must keep the order of members, because fingerprints depend on it
 */
function mapCredentials<Part extends WrittenSeed>(
  part: Part,
  change: (entry: Credentials, defaults: Defaults, place: string) => Credentials,
): Part {
  const { users, applications, serviceAccounts } = part;
  const apply = <Entry extends Credentials>({ entry, place }: LocatedEntry<Entry>, defaults: Defaults) =>
    // Safe cast: only optional members change.
    change(entry, defaults, place) as Entry;
  const changeKey = (email: string, key: LocatedEntry<WrittenAccessKey>) => {
    const { name, clientId: written } = key.entry;
    const clientId = deriveId('access-key', `${email}:${name}`).replaceAll('-', '').slice(0, CLIENT_ID_LENGTH);
    const id = deriveId('access-key', written ?? clientId);
    return apply(key, { kind: 'access-key', id, clientId, secret: 'clientSecret' });
  };
  const changeUser = ({ entry, place }: LocatedEntry<WrittenUser>) => {
    const { email, accessKey, accessKeys } = entry;
    const user = {
      ...entry,
      ...(accessKey && { accessKey: changeKey(email, { entry: accessKey, place: `${place}.accessKey` }) }),
      ...(accessKeys && {
        accessKeys: locateEntries(`${place}.accessKeys`, accessKeys).map((key) => changeKey(email, key)),
      }),
    };
    return apply({ entry: user, place }, { kind: 'user', id: deriveId('user', email), secret: 'password' });
  };
  const changeClient =
    (kind: Kind, secret: SecretMember) =>
    <Client extends WrittenClient>(client: LocatedEntry<Client>) =>
      apply(client, { kind, id: deriveId(kind, client.entry.name), clientId: client.entry.name, secret });
  return {
    ...part,
    ...(users && { users: locateEntries('runai.users', users).map(changeUser) }),
    ...(applications && {
      applications: locateEntries('runai.applications', applications).map(changeClient('application', 'secret')),
    }),
    ...(serviceAccounts && {
      serviceAccounts: locateEntries('runai.serviceAccounts', serviceAccounts).map(
        changeClient('service-account', 'clientSecret'),
      ),
    }),
  };
}

/** Returns all identities and access keys, with their defaults. */
export function listCredentials(part: WrittenSeed) {
  const found: LocatedEntry<{ readonly written: Credentials; readonly defaults: Defaults }>[] = [];
  mapCredentials(part, (written, defaults, place) => {
    found.push({ entry: { written, defaults }, place });
    return written;
  });
  return found;
}

/** Fills in omitted ids, client ids, secrets and passwords. Drops the tokens of a saved cast, which are derived. */
export function completeSeed(part: WrittenSeed, derivation: Derivation): RunaiSeed {
  const complete = mapCredentials(part, ({ bearer: _, ...entry }, { clientId, secret, ...defaults }) => {
    const { id = defaults.id } = entry;
    return {
      ...entry,
      id,
      ...(clientId !== undefined && { clientId: entry.clientId ?? derivation.clientId(clientId) }),
      [secret]: entry[secret] ?? derivation.secret(id),
    };
  });
  return complete as RunaiSeed;
}

/** Derives client ids and secrets for another world. User passwords stay. */
export function derivePart(part: RunaiSeed, derivation: Derivation): RunaiSeed {
  return mapCredentials(part, (entry, { id, clientId, secret }) =>
    clientId === undefined
      ? entry
      : {
          ...entry,
          clientId: derivation.clientId(entry.clientId ?? clientId),
          [secret]: derivation.secret(entry.id ?? id),
        },
  );
}

/** Removes ids that `completeSeed` would derive. */
export function withoutDerivedIds(part: WrittenSeed): WrittenSeed {
  return mapCredentials(part, (entry, defaults) => {
    const { id, ...rest } = entry;
    return id === defaults.id ? rest : entry;
  });
}

/** Hashes all passwords. */
export async function hashPasswords(
  part: RunaiSeed,
  random: Random,
  builtIn: RunaiSeed | undefined,
): Promise<RunaiSeed> {
  if (part.users === undefined) return part;
  const builtInHashes = new Map(builtIn?.users?.map(({ password, passwordHash }) => [password, passwordHash]));
  const hashOf = ({ password, passwordHash }: SeedUser) =>
    passwordHash ?? builtInHashes.get(password) ?? digestPassword(password, random.alphanumeric(SALT_LENGTH));
  return { ...part, users: part.users.map((user) => ({ ...user, passwordHash: hashOf(user) })) };
}
