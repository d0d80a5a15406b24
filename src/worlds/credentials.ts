import type { CredentialReplacer, CredentialRows, Holder } from '../contract/credentials.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { Pacer } from '../lib/pacer.ts';
import { Collision } from '../store/errors.ts';
import type { Store } from '../store/index.ts';
import type { Row } from '../store/row.ts';
import { Rows } from '../store/rows.ts';
import { createSeedRow, SEEDS, type StoredSeed } from '../store/seed.ts';
import { buildState, type State } from '../store/state.ts';

type Clients = NonNullable<CredentialRows['clients']>;

export interface OwnCredentials {
  readonly rekeying: CredentialReplacer;
  readonly storedSeed: () => StoredSeed;
}

/** The clients of a seed, in each world with its own credentials. */
export interface SeedClients {
  /** Client ids as in the default world. */
  readonly ids: readonly string[];
  /** Names of applications. They work as client ids, and are the same in every world. */
  readonly names: readonly string[];
}

/** The credentials of all services, which are stored in rows. */
export class Credentials {
  readonly #rows: ReadonlyMap<string, CredentialRows>;
  readonly #keys: readonly string[];
  readonly #clients: readonly (readonly [collection: string, clients: Clients])[];
  readonly #ended: readonly string[];
  readonly #isReplaced = (collection: string) => this.#rows.has(collection) || collection === SEEDS.name;

  constructor(services: readonly Pick<ServiceDefinition, 'credentials'>[]) {
    const stored = services.flatMap(({ credentials }) => credentials?.stored ?? []);
    const rows = stored.flatMap((credentials) => credentials.rows);
    this.#rows = new Map(rows.map((credentialRows) => [credentialRows.collection, credentialRows]));
    this.#keys = rows.filter(({ clients }) => clients === undefined).map(({ collection }) => collection);
    this.#clients = rows.flatMap(({ collection, clients }) => (clients === undefined ? [] : [[collection, clients]]));
    this.#ended = stored.flatMap(({ derivedCollections }) => derivedCollections);
  }

  async findKey({ collections }: Store, hash: string): Promise<Row | null> {
    for (const collection of this.#keys) {
      const row = collections.rowsOf(collection).byAlias(hash);
      if (row !== undefined) return row;
    }
    return null;
  }

  async hasClient({ collections }: Store, clientId: string): Promise<boolean> {
    return this.#clients.some(([collection, { aliasesOf }]) =>
      aliasesOf(clientId).some((alias) => collections.rowsOf(collection).byAlias(alias) !== undefined),
    );
  }

  hasSecret({ collections }: Pick<Store, 'collections'>, hash: string): boolean {
    return this.#clients.some(([collection]) => collections.rowsOf(collection).countIn('secret', hash) > 0);
  }

  /** Returns all credentials that identify a world. @param listRows returns the rows of a collection */
  async of(listRows: (collection: string) => readonly Row[]) {
    const pacer = new Pacer();
    const keyHashes: string[] = [];
    const clientIds = new Set<string>();
    for (const name of this.#keys) {
      await pacer.each(listRows(name), ({ aliases }) => {
        keyHashes.push(...aliases);
      });
    }
    for (const [name, { idsOf }] of this.#clients) {
      await pacer.each(listRows(name), (row) => {
        for (const clientId of idsOf(row)) clientIds.add(clientId);
      });
    }
    return { keyHashes, clientIds: [...clientIds] };
  }

  hasCredentials({ collection }: Row): boolean {
    return this.#rows.has(collection);
  }

  /** Returns the client ids of a row; none if it isn't a client. */
  clientIdsOf(row: Row): readonly string[] {
    return this.#rows.get(row.collection)?.clients?.idsOf(row) ?? [];
  }

  /** Returns the hash of a client's secret; null for other rows. */
  secretHashOf(row: Row): string | null {
    if (this.#rows.get(row.collection)?.clients === undefined) return null;
    const { secretHash }: { readonly secretHash?: unknown } = Object(row.body);
    return typeof secretHash === 'string' ? secretHash : null;
  }

  keyHashOf({ collection, aliases }: Row): string | null {
    return this.#keys.includes(collection) ? (aliases[0] ?? null) : null;
  }

  namesOf(row: Row): readonly string[] {
    return [row.id, ...this.clientIdsOf(row), ...[this.keyHashOf(row) ?? []].flat()];
  }

  listHolders({ collections }: Pick<State, 'collections'>): readonly Holder[] {
    return [...this.#rows].flatMap(([collection, { holderOf }]) =>
      (collections.get(collection)?.all ?? []).flatMap((row) => holderOf(row) ?? []),
    );
  }

  /** Returns a state with a world's own credentials, created per collection on first use. */
  withOwnCredentials(state: State, createOwn: () => OwnCredentials): State {
    let created: OwnCredentials | null = null;
    const replaceCredentials = (row: Row) => {
      created ??= createOwn();
      return this.#replaceCredentials(row, created);
    };
    return {
      ...state,
      own: (collection) => (this.#isReplaced(collection) ? replaceCredentials : null),
      parts: [state],
    };
  }

  /** Returns the approximate memory of rows with credentials, in bytes. */
  weigh({ collections }: Pick<State, 'collections'>): number {
    return [...this.#rows.keys()].reduce((bytes, name) => bytes + (collections.get(name)?.weight ?? 0), 0);
  }

  /** Replaces all credentials in a state, and drops what was issued for old ones. @throws Collision if two are equal */
  async rekey(
    state: State,
    own: OwnCredentials,
  ): Promise<{ readonly state: State; readonly holders: readonly Holder[] }> {
    const pacer = new Pacer();
    const [collections, uses] = [new Map(state.collections), new Map(state.uses)];
    const holders: Holder[] = [];
    for (const name of this.#ended) {
      collections.delete(name);
      uses.delete(name);
    }
    for (const name of [...this.#rows.keys(), SEEDS.name]) {
      const rekeyed = new Rows();
      await pacer.each(collections.get(name)?.all ?? [], (before) => {
        const row = this.#replaceCredentials(before, own);
        const holder = this.#rows.get(name)?.holderOf(row) ?? null;
        if (holder !== null) holders.push(holder);
        for (const alias of row.aliases) if (rekeyed.byAlias(alias) !== undefined) throw new Collision();
        rekeyed.put(row);
      });
      if (rekeyed.count > 0) collections.set(name, rekeyed);
    }
    return { state: buildState({ ...state, collections, uses }), holders };
  }

  #replaceCredentials(row: Row, { rekeying, storedSeed }: OwnCredentials): Row {
    if (row.collection === SEEDS.name) return { ...createSeedRow(storedSeed()), revision: row.revision };
    return this.#rows.get(row.collection)?.rekey(row, rekeying) ?? row;
  }
}
