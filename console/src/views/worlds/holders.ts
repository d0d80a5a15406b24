/** An identity in a cast, with its credentials. */
export interface Holder {
  readonly service: string;
  /** Its list in the cast, such as `serviceAccounts`. */
  readonly list: string;
  readonly id: string;
  readonly name: string;
  readonly secrets: readonly CastSecret[];
}

/** A secret of an identity. */
export interface CastSecret {
  /** Such as `password`. */
  readonly kind: string;
  /** The client id that belongs to it, if any. */
  readonly clientId: string | null;
  readonly text: string;
}

/** Members of a cast that are secrets, in any service. */
const SECRET_MEMBERS = ['password', 'secret', 'clientSecret', 'key'];

/** A JSON object. */
type Entry = Readonly<Record<string, unknown>>;

/** Returns the identities of a cast with credentials. A seed may leave out any part of it. */
export function findHolders(cast: object): readonly Holder[] {
  return Object.entries(cast).flatMap(([service, part]) => (isEntry(part) ? findHoldersInPart(service, part) : []));
}

/**
 * Returns the identities with credentials in a part of a cast.
 *
 * @param part lists by name, as in the cast of a service or in the `created` of a copied world
 */
export function findHoldersInPart(service: string, part: object): readonly Holder[] {
  return Object.entries(part).flatMap(([list, entries]) =>
    (Array.isArray(entries) ? entries.filter(isEntry) : []).flatMap((entry) => {
      const secrets = findSecrets(entry);
      const name = formatName(entry);
      return secrets.length === 0 ? [] : [{ service, list, id: textOr(entry['id'], name), name, secrets }];
    }),
  );
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns a value if it is a string; otherwise the fallback. */
function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}

/** Returns the name of an identity. It has the organisation, because keys of two organisations can have the same name. */
function formatName({ email, name, org, clientId }: Entry): string {
  const shortName = textOr(email, textOr(name, textOr(clientId, '')));
  return typeof org === 'string' ? `${org}/${shortName}` : shortName;
}

/** Returns the secrets of an entry, and of the objects in it, such as the access key of a user. */
function findSecrets(entry: Entry): readonly CastSecret[] {
  const clientId = typeof entry['clientId'] === 'string' ? entry['clientId'] : null;
  return Object.entries(entry).flatMap(([name, value]): readonly CastSecret[] => {
    if (isEntry(value)) return findSecrets(value);
    return SECRET_MEMBERS.includes(name) && typeof value === 'string' ? [{ kind: name, clientId, text: value }] : [];
  });
}

/** Splits `serviceAccounts` into words. */
export function splitName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
