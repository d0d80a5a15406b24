import type { CredentialRows, Holder, Rekeying } from '../contract/credentials.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import type { Row } from '../store/collections.ts';
import { Collision } from '../store/errors.ts';
import type { Store } from '../store/index.ts';
import { Rows } from '../store/rows.ts';
import type { KeptSeed } from '../store/seed.ts';
import { SEEDS, seedRow } from '../store/seed.ts';
import { type State, stateWith } from '../store/state.ts';
import { Pacer } from '../time/pacer.ts';

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
    const all = services.flatMap(({ credentials }) => credentials?.stored ?? []);
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

  /** All credentials that lead to a world. @param all the rows of a collection */
  async of(all: (collection: string) => readonly Row[] | Promise<readonly Row[]>): Promise<Known> {
    const pacer = new Pacer();
    const keyHashes: string[] = [];
    const clientIds = new Set<string>();
    for (const name of this.#keys) {
      await pacer.each(await all(name), ({ aliases }) => {
        keyHashes.push(...aliases);
      });
    }
    for (const [name, { idsOf }] of this.#clients) {
      await pacer.each(await all(name), (row) => {
        for (const one of idsOf(row)) clientIds.add(one);
      });
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

  /** Everybody who has a credential in a state. */
  holdersIn({ collections }: Pick<State, 'collections'>): readonly Holder[] {
    return [...this.#rows].flatMap(([collection, { holderOf }]) =>
      (collections.get(collection)?.all ?? []).flatMap((row) => holderOf(row) ?? []),
    );
  }

  /** A state with the credentials of a world: those of a collection are made when it is first asked for. */
  withOwn(state: State, own: () => Own): State {
    let made: Own | null = null;
    const change = (row: Row) => {
      made ??= own();
      return this.#own(row, made);
    };
    return { ...state, own: (collection) => (this.#isOwn(collection) ? change : null), parts: [state] };
  }

  /** The approximate memory of rows with credentials, in bytes. */
  weightIn({ collections }: Pick<State, 'collections'>): number {
    return [...this.#rows.keys()].reduce((bytes, name) => bytes + (collections.get(name)?.weight ?? 0), 0);
  }

  /**
   * A state with another key, secret and confidential client id in place of each one. What came from the old ones is
   * left out, and the kept seed is replaced.
   *
   * @returns also the identities with new credentials
   * @throws Collision if two of a kind would get the same value
   */
  async rekeyed(state: State, own: Own): Promise<{ readonly state: State; readonly holders: readonly Holder[] }> {
    const pacer = new Pacer();
    const [collections, uses] = [new Map(state.collections), new Map(state.uses)];
    const holders: Holder[] = [];
    for (const name of this.#ended) {
      collections.delete(name);
      uses.delete(name);
    }
    for (const name of [...this.#rows.keys(), SEEDS.name]) {
      const made = new Rows();
      await pacer.each(collections.get(name)?.all ?? [], (before) => {
        const row = this.#own(before, own);
        const holder = this.#rows.get(name)?.holderOf(row) ?? null;
        if (holder !== null) holders.push(holder);
        for (const alias of row.aliases) if (made.byAlias(alias) !== undefined) throw new Collision();
        made.put(row);
      });
      if (made.count > 0) collections.set(name, made);
    }
    return { state: stateWith({ ...state, collections, uses }), holders };
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
