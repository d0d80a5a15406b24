import type { Instant } from '../../../lib/clock.ts';
import { Collection } from '../../../store/collection.ts';
import type { Collections } from '../../../store/collections.ts';
import { Collision, LimitReached, NotFound, StaleDecision } from '../../../store/errors.ts';
import type { Store } from '../../../store/index.ts';
import type { Row } from '../../../store/row.ts';
import { IDENTITIES } from './identities.ts';

/** An access key as stored: its secret is hashed. */
export interface AccessKey {
  readonly id: string;
  readonly owner: string;
  /** Name of the owner. */
  readonly createdBy: string;
  readonly name: string;
  readonly clientId: string;
  readonly secretHash: string;
  readonly createdAt: Instant;
}

export type AccessKeyRow = Row<AccessKey, null>;

/** The access keys of all users. Rows are labelled with the name of the owner. */
export const ACCESS_KEYS = new Collection<AccessKey>('access-keys');

export function createAccessKeyRow(key: AccessKey): AccessKeyRow {
  const { id, owner, createdBy, name, clientId } = key;
  const aliases = [accessKeyClientAlias(clientId), accessKeyNameAlias(owner, name)];
  return ACCESS_KEYS.row({ id, owner, parent: null, aliases, labels: [createdBy], body: key });
}

export function accessKeyClientAlias(clientId: string): string {
  return `client ${clientId}`;
}

function accessKeyNameAlias(owner: string, name: string): string {
  return `name ${JSON.stringify([owner, name])}`;
}

export function accessKeysIn({ collections }: Pick<Store, 'collections'>): AccessKeys {
  return new AccessKeys(collections);
}

export class AccessKeys {
  readonly #rows: Collections;

  constructor(rows: Collections) {
    this.#rows = rows;
  }

  /**
   * Adds a key. The checks are made in the order of the errors below.
   *
   * @throws NotFound if the owner was deleted
   * @throws Collision if the owner has a key of this name
   * @throws LimitReached if the owner has `limit` keys
   */
  create(key: AccessKey, limit: number): Promise<void> {
    const rows = this.#rows;
    return rows.updating(async (commit) => {
      const { owner, name } = key;
      if ((await IDENTITIES.byId(rows, owner)) === null) throw new NotFound();
      if ((await ACCESS_KEYS.byAlias(rows, accessKeyNameAlias(owner, name))) !== null) throw new Collision();
      if ((await ACCESS_KEYS.countOfOwner(rows, owner)) >= limit) throw new LimitReached();
      await commit([ACCESS_KEYS.put(createAccessKeyRow(key))]);
    });
  }

  async ofOwner(owner: string): Promise<readonly AccessKey[]> {
    return (await ACCESS_KEYS.ofOwner(this.#rows, owner)).map(({ body }) => body);
  }

  /** Returns the keys of all owners that match the filters exactly, oldest first. */
  async all(filters: Partial<Pick<AccessKey, 'clientId' | 'createdBy'>>): Promise<readonly AccessKey[]> {
    const { clientId, createdBy } = filters;
    if (clientId !== undefined) {
      const key = await this.byClientId(clientId);
      return key === null || (createdBy !== undefined && key.createdBy !== createdBy) ? [] : [key];
    }
    const rows =
      createdBy === undefined ? await ACCESS_KEYS.all(this.#rows) : await ACCESS_KEYS.ofLabel(this.#rows, createdBy);
    return rows.map(({ body }) => body);
  }

  async byId(id: string): Promise<AccessKey | null> {
    return (await ACCESS_KEYS.byId(this.#rows, id))?.body ?? null;
  }

  async byClientId(clientId: string): Promise<AccessKey | null> {
    return (await ACCESS_KEYS.byAlias(this.#rows, accessKeyClientAlias(clientId)))?.body ?? null;
  }

  /** @throws NotFound */
  async delete(id: string): Promise<void> {
    await ACCESS_KEYS.change(this.#rows, id, () => null);
  }

  /** Replaces the secret. The old secret stops working at once. @throws NotFound if the key does not exist */
  async replaceSecret(id: string, secretHash: string): Promise<void> {
    await ACCESS_KEYS.change(this.#rows, id, (row) => ({ ...row, body: { ...row.body, secretHash } }));
  }

  /** Returns when a token was last issued for each key, by id. The store keeps it outside of the rows. */
  lastLogins(): Promise<ReadonlyMap<string, Instant>> {
    return this.#rows.uses(ACCESS_KEYS.name);
  }

  /**
   * Updates the last login. The change is visible at once, but written to disk up to a second later, so that issuing a token
   * does not wait for the disk.
   *
   * @param secretHash the hash that the secret was verified against
   * @throws NotFound if the key was deleted
   * @throws StaleDecision if the secret has changed, or the owner is disabled
   */
  async touch(id: string, at: Instant, secretHash: string): Promise<void> {
    const key = await ACCESS_KEYS.byId(this.#rows, id);
    const owner = key === null ? null : await IDENTITIES.byId(this.#rows, key.owner);
    if (key === null || owner === null) throw new NotFound();
    if (!owner.body.enabled || key.body.secretHash !== secretHash) throw new StaleDecision();
    await this.#rows.note(ACCESS_KEYS.name, id, at);
  }
}
