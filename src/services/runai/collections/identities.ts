import type { IdentityKind } from '../../../decisions/principal.ts';
import { Collection } from '../../../store/collection.ts';
import type { Collections, Row } from '../../../store/collections.ts';
import { NotFound, Outdated } from '../../../store/errors.ts';
import type { Store } from '../../../store/index.ts';
import type { Instant } from '../../../time/clock.ts';

/** A user, an application or a service account, as stored. */
export interface Identity {
  readonly id: string;
  readonly kind: IdentityKind;
  /** A user's e-mail address; otherwise a name that is unique among its kind. */
  readonly name: string;
  /** For applications and service accounts: the client id, and the hash of the secret. */
  readonly clientId: string | null;
  readonly secretHash: string | null;
  /** For users: a hash or a digest, see `credentials/password.ts`. */
  readonly passwordHash: string | null;
  readonly enabled: boolean;
  /** For users: false if an identity provider authenticates them. */
  readonly isLocal: boolean;
  /** For users: the groups that the identity provider names. */
  readonly groups: readonly string[];
  /** The creator's name; null for identities of a seed. */
  readonly createdBy: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant | null;
  readonly lastLogin: Instant | null;
}

/** The members of an identity that can change. */
export type IdentityEdit = Partial<Pick<Identity, 'enabled' | 'secretHash' | 'passwordHash' | 'groups'>>;

/** The store itself knows when a row was last used. */
export type StoredIdentity = Omit<Identity, 'lastLogin'>;
export type IdentityRow = Row<StoredIdentity, null>;

/** The owner of these rows is the kind of identity. */
export const IDENTITIES = new Collection<StoredIdentity>('identities');

/** The collections whose rows belong to an identity and are deleted with it. */
const OWNED_BY_IDENTITIES: readonly string[] = ['access-keys', 'oauth.logins', 'oauth.logins.ended', 'oauth.codes'];

export function identityRow({ lastLogin: _, ...body }: Identity): IdentityRow {
  const { id, kind, name, clientId } = body;
  const aliases = [identityName(kind, name), ...(clientId === null ? [] : [identityClient(kind, clientId)])];
  return IDENTITIES.row({ id, owner: kind, parent: null, aliases, body });
}

/** The alias by name, in lower case: names are found regardless of case. */
export function identityName(kind: Identity['kind'], name: string): string {
  return `${kind} named ${name.toLowerCase()}`;
}

export function identityClient(kind: Identity['kind'], clientId: string): string {
  return `${kind} client ${clientId}`;
}

/** A condition of a write, read when the credential was checked: the write fails if it has changed. */
export interface Premise {
  /** For a login with a password: the stored hash that the password was compared with. */
  readonly passwordHash?: string | null;
}

/** The identities of a world. */
export function identitiesIn({ collections }: Pick<Store, 'collections'>): Identities {
  return new Identities(collections);
}

export class Identities {
  readonly #rows: Collections;

  constructor(rows: Collections) {
    this.#rows = rows;
  }

  /** All identities of a kind, oldest first. */
  async all(kind: IdentityKind): Promise<readonly Identity[]> {
    const uses = await this.#rows.uses(IDENTITIES.name);
    return (await IDENTITIES.ofOwner(this.#rows, kind)).map((row) => identityOf(row, uses));
  }

  /** @throws Collision if an identity of the same kind has this name or client id */
  async create(identity: Identity): Promise<void> {
    await this.#rows.commit([IDENTITIES.put(identityRow(identity))]);
  }

  /**
   * @param premise the edit's condition, as it was read
   * @throws NotFound
   * @throws Outdated if the premise no longer holds
   */
  async edit(id: string, edit: IdentityEdit, at: Instant, { passwordHash }: Premise = {}): Promise<void> {
    await IDENTITIES.change(this.#rows, id, (row) => {
      if (passwordHash !== undefined && passwordHash !== row.body.passwordHash) throw new Outdated();
      return { ...row, body: { ...row.body, ...edit, updatedAt: at } };
    });
  }

  /** Deletes an identity with its access keys, codes and refresh tokens. @throws NotFound */
  delete(id: string): Promise<void> {
    const rows = this.#rows;
    return rows.updating(async (commit) => {
      const row = await IDENTITIES.byId(rows, id);
      if (row === null) throw new NotFound();
      const removals = await Promise.all(
        OWNED_BY_IDENTITIES.map(async (collection) => {
          const owned = await rows.list({ collection, owner: id });
          return owned.map((one) => ({ kind: 'remove', collection, id: one.id }) as const);
        }),
      );
      await commit([IDENTITIES.remove(row), ...removals.flat()]);
    });
  }

  async byId(id: string): Promise<Identity | null> {
    return this.#identity(await IDENTITIES.byId(this.#rows, id));
  }

  /** By name, regardless of case. */
  async byName(kind: IdentityKind, name: string): Promise<Identity | null> {
    return this.#identity(await IDENTITIES.byAlias(this.#rows, identityName(kind, name)));
  }

  async byClientId(kind: IdentityKind, clientId: string): Promise<Identity | null> {
    return this.#identity(await IDENTITIES.byAlias(this.#rows, identityClient(kind, clientId)));
  }

  /** Like `AccessKeys.touch`. @param secretHash for identities with a secret: the hash that it was compared with */
  async touch(id: string, at: Instant, secretHash?: string | null): Promise<void> {
    const row = await IDENTITIES.byId(this.#rows, id);
    if (row === null) throw new NotFound();
    const isOther = secretHash !== undefined && secretHash !== row.body.secretHash;
    if (!row.body.enabled || isOther) throw new Outdated();
    await this.#rows.note(IDENTITIES.name, id, at);
  }

  async #identity(row: IdentityRow | null): Promise<Identity | null> {
    return row === null ? null : identityOf(row, await this.#rows.uses(IDENTITIES.name));
  }
}

/** Written out member by member: every request runs it, and a spread takes forty times as long. */
function identityOf({ body }: IdentityRow, uses: ReadonlyMap<string, Instant>): Identity {
  const { id, kind, name, clientId, secretHash, passwordHash, enabled, isLocal, groups } = body;
  const { createdBy, createdAt, updatedAt } = body;
  return {
    id,
    kind,
    name,
    clientId,
    secretHash,
    passwordHash,
    enabled,
    isLocal,
    groups,
    createdBy,
    createdAt,
    updatedAt,
    lastLogin: uses.get(id) ?? null,
  };
}
