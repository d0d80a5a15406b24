/** An identity in a cast, with its credentials. */
export interface Holder {
  readonly service: string;
  /** Its list in the cast, such as `serviceAccounts`. */
  readonly list: string;
  readonly id: string;
  readonly name: string;
  readonly secrets: readonly CastSecret[];
}

export interface CastSecret {
  /** Such as `password`. */
  readonly kind: string;
  /** The client id that belongs to it, if any. */
  readonly clientId: string | null;
  readonly text: string;
}

/** Members of a cast that are secrets, in any service. */
const SECRETS = ['password', 'secret', 'clientSecret', 'key'];

type Entry = Readonly<Record<string, unknown>>;

/** Returns the identities of a cast with credentials. A seed may leave out any part of it. */
export function holdersOf(cast: object): readonly Holder[] {
  return Object.entries(cast).flatMap(([service, part]) => (isEntry(part) ? holdersIn(service, part) : []));
}

/** @param part lists by name, as in the cast of a service or in the `created` of a copied world */
export function holdersIn(service: string, part: object): readonly Holder[] {
  return Object.entries(part).flatMap(([list, entries]) =>
    (Array.isArray(entries) ? entries.filter(isEntry) : []).flatMap((entry) => {
      const secrets = secretsOf(entry);
      const name = nameOf(entry);
      return secrets.length === 0 ? [] : [{ service, list, id: textOr(entry['id'], name), name, secrets }];
    }),
  );
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOr(value: unknown, other: string): string {
  return typeof value === 'string' ? value : other;
}

/** Includes the organisation, because keys of two organisations can have the same name. */
function nameOf({ email, name, org, clientId }: Entry): string {
  const own = textOr(email, textOr(name, textOr(clientId, '')));
  return typeof org === 'string' ? `${org}/${own}` : own;
}

/** Returns its secrets, including those of its access keys. */
function secretsOf(entry: Entry): readonly CastSecret[] {
  const clientId = typeof entry['clientId'] === 'string' ? entry['clientId'] : null;
  return Object.entries(entry).flatMap(([name, value]): readonly CastSecret[] => {
    if (isEntry(value)) return secretsOf(value);
    return SECRETS.includes(name) && typeof value === 'string' ? [{ kind: name, clientId, text: value }] : [];
  });
}

/** Splits `serviceAccounts` into words. */
export function splitName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
