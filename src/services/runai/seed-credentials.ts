import { type LocatedEntry, locateEntries } from '../../contract/seed-entries.ts';
import type { IdentityKind } from '../../decisions/principal.ts';
import { deriveUuid, type Random } from '../../lib/random.ts';
import type { Derivation } from '../../tokens/derivation.ts';
import { digestPassword } from '../../tokens/password.ts';
import type {
  RunaiSeed,
  SecretMember,
  SeedUser,
  WrittenAccessKey,
  WrittenEntries,
  WrittenSeed,
} from './seed-schema.ts';

/** Length of generated client ids of access keys, in hexadecimal digits. */
const CLIENT_ID_LENGTH = 16;
/** Length of the salt of a password digest, in characters. */
const SALT_LENGTH = 16;

type Kind = IdentityKind | 'access-key';

/** Members of an identity or access key that a seed may omit. */
type Credentials = { readonly [Member in 'id' | 'clientId' | 'bearer' | SecretMember]?: string };

interface Defaults {
  readonly kind: Kind;
  readonly id: string;
  /** In the first world. Users have no client id: they log in with their e-mail address. */
  readonly clientId?: string;
  /** The name of the member with the secret, which is derived from the id. */
  readonly secret: SecretMember;
}

/** Returns an entry with changed credentials. Must keep the order of members, because fingerprints depend on it. */
type ChangeCredentials = (entry: Credentials, defaults: Defaults, place: string) => Credentials;

/** Derives an id from a name, so that it survives a reset. */
function deriveId(kind: Kind, name: string): string {
  return deriveUuid(`${kind}:${name.toLowerCase()}`);
}

function mapCredentials<Part extends WrittenSeed>(part: Part, change: ChangeCredentials): Part {
  const { users, applications, serviceAccounts } = part;
  return {
    ...part,
    ...(users && { users: locateEntries('runai.users', users).map((user) => changeUser(user, change)) }),
    ...(applications && {
      applications: locateEntries('runai.applications', applications).map((application) =>
        changeClient(application, 'application', 'secret', change),
      ),
    }),
    ...(serviceAccounts && {
      serviceAccounts: locateEntries('runai.serviceAccounts', serviceAccounts).map((account) =>
        changeClient(account, 'service-account', 'clientSecret', change),
      ),
    }),
  };
}

function changeUser(
  { entry, place }: LocatedEntry<WrittenEntries['users']>,
  change: ChangeCredentials,
): WrittenEntries['users'] {
  const { email, accessKey, accessKeys } = entry;
  const user = {
    ...entry,
    ...(accessKey && { accessKey: changeKey(email, { entry: accessKey, place: `${place}.accessKey` }, change) }),
    ...(accessKeys && {
      accessKeys: locateEntries(`${place}.accessKeys`, accessKeys).map((key) => changeKey(email, key, change)),
    }),
  };
  const defaults: Defaults = { kind: 'user', id: deriveId('user', email), secret: 'password' };
  return applyChange({ entry: user, place }, defaults, change);
}

function changeKey(email: string, key: LocatedEntry<WrittenAccessKey>, change: ChangeCredentials): WrittenAccessKey {
  const { name, clientId: writtenClientId } = key.entry;
  const clientId = deriveId('access-key', `${email}:${name}`).replaceAll('-', '').slice(0, CLIENT_ID_LENGTH);
  const id = deriveId('access-key', writtenClientId ?? clientId);
  return applyChange(key, { kind: 'access-key', id, clientId, secret: 'clientSecret' }, change);
}

function changeClient<Client extends WrittenEntries['applications' | 'serviceAccounts']>(
  client: LocatedEntry<Client>,
  kind: Kind,
  secret: SecretMember,
  change: ChangeCredentials,
): Client {
  const { name } = client.entry;
  return applyChange(client, { kind, id: deriveId(kind, name), clientId: name, secret }, change);
}

function applyChange<Entry extends Credentials>(
  { entry, place }: LocatedEntry<Entry>,
  defaults: Defaults,
  change: ChangeCredentials,
): Entry {
  // Safe cast: only optional members change.
  return change(entry, defaults, place) as Entry;
}

export function listCredentials(part: WrittenSeed) {
  const credentials: LocatedEntry<{ readonly written: Credentials; readonly defaults: Defaults }>[] = [];
  mapCredentials(part, (written, defaults, place) => {
    credentials.push({ entry: { written, defaults }, place });
    return written;
  });
  return credentials;
}

/** Fills in omitted ids, client ids, secrets and passwords. Drops the tokens of a saved cast, which are derived. */
export function completeSeed(part: WrittenSeed, derivation: Derivation): RunaiSeed {
  const complete = mapCredentials(part, ({ bearer: _, ...entry }, { clientId, secret, ...defaults }) => {
    const { id = defaults.id, ...rest } = entry;
    return {
      id,
      ...rest,
      ...(clientId !== undefined && { clientId: entry.clientId ?? derivation.clientId(clientId) }),
      [secret]: entry[secret] ?? derivation.secret(id),
    };
  });
  // Safe cast: all omitted members are filled in.
  return complete as RunaiSeed;
}

/** Derives client ids and secrets for another world. User passwords stay. */
export function derivePart(part: RunaiSeed, derivation: Derivation): RunaiSeed {
  return mapCredentials(part, (entry, { id, clientId, secret }) => {
    if (clientId === undefined) return entry;
    return {
      ...entry,
      clientId: derivation.clientId(entry.clientId ?? clientId),
      [secret]: derivation.secret(entry.id ?? id),
    };
  });
}

/** @param builtIn the built-in cast with its hashes, which are reused, because computing them takes time */
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
