import type { CredentialRows, Holder, Rekeying } from '../contract/credentials.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { clientIdInWorld } from '../core/world-id.ts';
import type { Change, Row } from '../store/collections.ts';
import { type FrozenRows, OwnRows } from '../store/frozen-rows.ts';
import type { Store } from '../store/index.ts';
import type { KeptSeed } from '../store/seed.ts';
import { SEEDS, seedRow } from '../store/seed.ts';
import { updating } from '../store/updating.ts';

type Clients = NonNullable<CredentialRows['clients']>;

/** One alias of a row. */
interface AliasOf {
  readonly collection: string;
  readonly alias: string;
}

/** The source of a world's own credentials. */
export interface Own {
  readonly rekeying: Rekeying;
  /** The seed with them in it. */
  readonly kept: () => KeptSeed;
}

/** The credentials by which the callers of a world are recognised. */
interface Known {
  readonly keyHashes: readonly string[];
  readonly clientIds: readonly string[];
}

/** The aliases of a seed's clients in each world that has credentials of its own. */
export interface SeedClients {
  /** Client ids, as they are in the default world. */
  readonly ids: readonly string[];
  /** Names of applications, which can be used as client ids, and are the same in every world. */
  readonly names: readonly string[];
}

/** The credentials of all services, which they keep in rows. */
export class Credentials {
  readonly #rows: ReadonlyMap<string, CredentialRows>;
  readonly #keys: readonly string[];
  readonly #clients: readonly (readonly [collection: string, clients: Clients])[];
  readonly #ended: readonly string[];
  readonly #isOwn = (collection: string) => this.#rows.has(collection) || collection === SEEDS.name;

  constructor(services: readonly Pick<ServiceDefinition, 'credentials'>[]) {
    const all = services.flatMap(({ credentials }) => credentials ?? []);
    const rows = all.flatMap((one) => one.rows);
    this.#rows = new Map(rows.map((one) => [one.collection, one]));
    this.#keys = rows.filter(({ clients }) => clients === undefined).map(({ collection }) => collection);
    this.#clients = rows.flatMap(({ collection, clients }) => (clients === undefined ? [] : [[collection, clients]]));
    this.#ended = all.flatMap(({ ended }) => ended);
  }

  /** The rows that a key can be. @param hash of its text */
  #keyAliases(hash: string): readonly AliasOf[] {
    return this.#keys.map((collection) => ({ collection, alias: hash }));
  }

  /** The rows that a client id can mean: several worlds may have one. */
  #clientAliases(clientId: string): readonly AliasOf[] {
    return this.#clients.flatMap(([collection, { aliasesOf }]) =>
      aliasesOf(clientId).map((alias) => ({ collection, alias })),
    );
  }

  /** The row with this key. */
  async keyIn(store: Store, hash: string): Promise<Row | null> {
    return rowOf(store, this.#keyAliases(hash));
  }

  /** Does a client in this world have this client id? */
  async hasClient(store: Store, clientId: string): Promise<boolean> {
    return (await rowOf(store, this.#clientAliases(clientId))) !== null;
  }

  /** Is this the hash of the secret of a client? */
  hasSecret(store: Pick<Store, 'hasSecret'>, hash: string): boolean {
    return this.#clients.some(([collection]) => store.hasSecret(collection, hash));
  }

  /** All credentials that lead to a world. */
  async of({ collections }: Store): Promise<Known> {
    const all = async (collection: string) => (await collections.list({ collection })).rows;
    const keyHashes: string[] = [];
    for (const collection of this.#keys) {
      for (const row of await all(collection)) for (const alias of row.aliases) keyHashes.push(alias);
    }
    const clientIds = new Set<string>();
    for (const [collection, { idsOf }] of this.#clients) {
      for (const row of await all(collection)) for (const one of idsOf(row)) clientIds.add(one);
    }
    return { keyHashes, clientIds: [...clientIds] };
  }

  /** Does a change of this row change the credentials that lead to its world? */
  isOf({ collection }: Row): boolean {
    return this.#rows.has(collection);
  }

  /** The client ids of this row; none for other rows. */
  clientIdsOf(row: Row): readonly string[] {
    return this.#rows.get(row.collection)?.clients?.idsOf(row) ?? [];
  }

  /** The hash of the secret of a client; null for other rows. */
  secretHashOf(row: Row): string | null {
    if (this.#rows.get(row.collection)?.clients === undefined) return null;
    const { secretHash }: { readonly secretHash?: unknown } = Object(row.body);
    return typeof secretHash === 'string' ? secretHash : null;
  }

  /** The hash of the key that this row is; null for other rows. */
  keyHashOf({ collection, aliases }: Row): string | null {
    return this.#keys.includes(collection) ? (aliases[0] ?? null) : null;
  }

  /** The id of this row, and the credentials by which its holder is found. */
  namesOf(row: Row): readonly string[] {
    return [row.id, ...this.clientIdsOf(row), ...[this.keyHashOf(row) ?? []].flat()];
  }

  /** Everybody who has a credential in rows of a world. */
  holdersIn({ tables }: Pick<FrozenRows, 'tables'>): readonly Holder[] {
    return [...this.#rows].flatMap(([collection, { holderOf }]) =>
      (tables.get(collection)?.rows ?? []).flatMap((row) => holderOf(row) ?? []),
    );
  }

  /** Frozen rows with the credentials of a world: each row is made when it is first asked for. */
  ownRows(rows: FrozenRows, world: string, own: () => Own): FrozenRows {
    return new OwnRows(rows, this.#isOwn, {
      suffix: clientIdInWorld('', world),
      rows: () => {
        const made = own();
        return (row) => this.#own(row, made);
      },
    });
  }

  /**
   * Replaces every key, every secret and every confidential client id of a world, in one step. Rows that came from the
   * old ones are removed, and the kept seed is replaced.
   *
   * @returns the identities with new credentials
   * @throws Collision if two of a kind would get the same value; then nothing is changed
   */
  rekey({ collections }: Store, own: Own): Promise<readonly Holder[]> {
    return updating(collections, async () => {
      const all = async (collection: string) => (await collections.list({ collection })).rows;
      const changes: Change[] = [];
      const holders: Holder[] = [];
      for (const collection of [...this.#rows.keys(), SEEDS.name]) {
        for (const before of await all(collection)) {
          const row = this.#own(before, own);
          const holder = this.#rows.get(collection)?.holderOf(row) ?? null;
          if (holder !== null) holders.push(holder);
          if (row !== before) changes.push({ kind: 'put', row });
        }
      }
      for (const collection of this.#ended) {
        for (const { id } of await all(collection)) changes.push({ kind: 'remove', collection, id });
      }
      await collections.commit(changes);
      return holders;
    });
  }

  #own(row: Row, { rekeying, kept }: Own): Row {
    if (row.collection === SEEDS.name) return { ...seedRow(kept()), revision: row.revision };
    return this.#rows.get(row.collection)?.rekey(row, rekeying) ?? row;
  }
}

async function rowOf({ collections }: Store, aliases: readonly AliasOf[]): Promise<Row | null> {
  for (const { collection, alias } of aliases) {
    const row = await collections.byAlias(collection, alias);
    if (row !== null) return row;
  }
  return null;
}
