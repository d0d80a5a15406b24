import type { IdentityKind } from '../../../decisions/principal.ts';
import type { Instant } from '../../../lib/clock.ts';
import { Collection } from '../../../store/collection.ts';
import type { Collections } from '../../../store/collections.ts';
import { NotFound, StaleDecision } from '../../../store/errors.ts';
import type { Store } from '../../../store/index.ts';
import type { Row } from '../../../store/row.ts';

/** A user, application or service account, as stored. */
export interface Identity {
  readonly id: string;
  readonly kind: IdentityKind;
  /** A user's e-mail address; otherwise a name that is unique within the kind. */
  readonly name: string;
  /** For applications and service accounts: client id and hash of the secret. */
  readonly clientId: string | null;
  readonly secretHash: string | null;
  /** For users: a hash or digest, see `tokens/password.ts`. */
  readonly passwordHash: string | null;
  readonly enabled: boolean;
  /** For users: false if an identity provider authenticates the user. */
  readonly isLocal: boolean;
  /** For users: the groups from the identity provider. */
  readonly groups: readonly string[];
  /** Name of the creator; null if the identity comes from a seed. */
  readonly createdBy: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant | null;
}

export type IdentityEdit = Partial<Pick<Identity, 'enabled' | 'secretHash' | 'passwordHash' | 'groups'>>;

export type IdentityRow = Row<Identity, null>;

/** The identities of all kinds. The owner of a row is the identity's kind. */
export const IDENTITIES = new Collection<Identity>('identities');

/** Collections whose rows are owned by an identity, and deleted with it. */
const OWNED_BY_IDENTITIES: readonly string[] = ['access-keys', 'oauth.logins', 'oauth.logins.ended', 'oauth.codes'];

export function createIdentityRow(identity: Identity): IdentityRow {
  const { id, kind, name, clientId } = identity;
  const aliases = [identityNameAlias(kind, name), ...(clientId === null ? [] : [identityClientAlias(kind, clientId)])];
  return IDENTITIES.row({ id, owner: kind, parent: null, aliases, body: identity });
}

/** Returns the alias that finds an identity by its name. Lower case, because names are case-insensitive. */
export function identityNameAlias(kind: Identity['kind'], name: string): string {
  return `${kind} named ${name.toLowerCase()}`;
}

export function identityClientAlias(kind: Identity['kind'], clientId: string): string {
  return `${kind} client ${clientId}`;
}

/** A precondition of a write: the state that a credential was checked against. The write fails if it has changed. */
export interface Premise {
  /** For password logins: the stored hash that the password was verified against. */
  readonly passwordHash?: string | null;
}

export function identitiesIn({ collections }: Pick<Store, 'collections'>): Identities {
  return new Identities(collections);
}

export class Identities {
  readonly #rows: Collections;

  constructor(rows: Collections) {
    this.#rows = rows;
  }

  async all(kind: IdentityKind): Promise<readonly Identity[]> {
    return (await IDENTITIES.ofOwner(this.#rows, kind)).map(({ body }) => body);
  }

  /** @throws Collision if an identity of the same kind has this name or client id */
  async create(identity: Identity): Promise<void> {
    await this.#rows.commit([IDENTITIES.put(createIdentityRow(identity))]);
  }

  /** @throws NotFound if the identity does not exist; StaleDecision if the premise has changed */
  async edit(id: string, edit: IdentityEdit, at: Instant, { passwordHash }: Premise = {}): Promise<void> {
    await IDENTITIES.change(this.#rows, id, (row) => {
      if (passwordHash !== undefined && passwordHash !== row.body.passwordHash) throw new StaleDecision();
      return { ...row, body: { ...row.body, ...edit, updatedAt: at } };
    });
  }

  /** Deletes an identity with its access keys, codes and logins. @throws NotFound if it does not exist */
  delete(id: string): Promise<void> {
    const rows = this.#rows;
    return rows.updating(async (commit) => {
      const row = await IDENTITIES.byId(rows, id);
      if (row === null) throw new NotFound();
      const removals = OWNED_BY_IDENTITIES.flatMap((collection) =>
        rows
          .rowsOf(collection)
          .in('owner', id)
          .map((owned) => ({ kind: 'remove', collection, id: owned.id }) as const),
      );
      await commit([IDENTITIES.remove(row), ...removals]);
    });
  }

  async byId(id: string): Promise<Identity | null> {
    return (await IDENTITIES.byId(this.#rows, id))?.body ?? null;
  }

  /** Finds an identity by name, case-insensitively. */
  async byName(kind: IdentityKind, name: string): Promise<Identity | null> {
    return (await IDENTITIES.byAlias(this.#rows, identityNameAlias(kind, name)))?.body ?? null;
  }

  async byClientId(kind: IdentityKind, clientId: string): Promise<Identity | null> {
    return (await IDENTITIES.byAlias(this.#rows, identityClientAlias(kind, clientId)))?.body ?? null;
  }

  /** Returns when each identity was last issued a token, by id. The store keeps it outside of the rows. */
  lastLogins(): Promise<ReadonlyMap<string, Instant>> {
    return this.#rows.uses(IDENTITIES.name);
  }

  /** Like `AccessKeys.touch`. @param secretHash for identities with a secret */
  async touch(id: string, at: Instant, secretHash?: string | null): Promise<void> {
    const row = await IDENTITIES.byId(this.#rows, id);
    if (row === null) throw new NotFound();
    const hasChanged = secretHash !== undefined && secretHash !== row.body.secretHash;
    if (!row.body.enabled || hasChanged) throw new StaleDecision();
    await this.#rows.note(IDENTITIES.name, id, at);
  }
}
