import type { Store } from './index.ts';
import { type Parts, partsOn } from './parts/index.ts';
import { ACCESS_KEYS, IDENTITIES } from './parts/records.ts';
import { REKEYED, rekeyedRow } from './parts/rekeying.ts';
import type { StoreParts } from './shared.ts';
import { StateAccount } from './state-account.ts';
import type { KeptSeed, Rekeying } from './world.ts';
import { type FrozenRows, OwnRows, WorldRows } from './world-rows.ts';

/**
 * Frozen rows with credentials of another world: each row is made when it is first asked for.
 *
 * @param others collections whose rows are keys
 * @param own makes what they need
 */
export function rekeyed(
  rows: FrozenRows,
  others: Pick<ReadonlySet<string>, 'has'>,
  own: () => { readonly rekeying: Rekeying; readonly kept: () => KeptSeed },
): FrozenRows {
  const isOwn = (collection: string) => REKEYED.has(collection) || others.has(collection);
  return new OwnRows(rows, isOwn, () => {
    const { rekeying, kept } = own();
    return (row) => rekeyedRow(row, rekeying, kept);
  });
}

/**
 * A store in memory.
 *
 * @param begin the rows that it begins with
 * @param free how many bytes of them are not counted; default: it is not counted at all
 */
export function openMemory(begin: FrozenRows, shared: StoreParts, free?: number): Store {
  const account = free === undefined ? null : new StateAccount(shared.budgets.state, free);
  return storeOn(new WorldRows(begin, shared.revisions, { account }));
}

/** The collections of what has a secret. */
export const SECRETIVE = [ACCESS_KEYS.name, IDENTITIES.name];

/** What a store has besides its rows: nothing, if these are in memory alone. */
interface Kept extends Pick<Store, 'notices' | 'state' | 'fault'> {
  close(): void;
}

const NOT_KEPT: Kept = { notices: [], state: null, fault: () => null, close: () => {} };

/** A store whose rows are in memory. @param kept where else they are */
export function storeOn(rows: WorldRows, kept: Kept = NOT_KEPT): Store {
  return new StoreInMemory(rows, kept);
}

/** What reads and writes its rows is made when it is first asked for, and again after a rest. */
class StoreInMemory implements Store {
  readonly collections: WorldRows;
  readonly sharing = null;
  readonly notices: readonly string[];
  readonly state: Store['state'];
  readonly #kept: Kept;
  #parts: Parts | null = null;

  constructor(rows: WorldRows, kept: Kept) {
    this.collections = rows;
    this.notices = kept.notices;
    this.state = kept.state;
    this.#kept = kept;
  }

  get accessKeys() {
    return this.#all.accessKeys;
  }

  get identities() {
    return this.#all.identities;
  }

  get oauthClients() {
    return this.#all.oauthClients;
  }

  get grants() {
    return this.#all.grants;
  }

  get ngcKeys() {
    return this.#all.ngcKeys;
  }

  get settings() {
    return this.#all.settings;
  }

  get world() {
    return this.#all.world;
  }

  hasSecret(hash: string) {
    return SECRETIVE.some((collection) => this.collections.hasSecret(collection, hash));
  }

  fault() {
    return this.#kept.fault();
  }

  async freeze() {
    return this.collections.freeze();
  }

  async restore(state: FrozenRows | (() => FrozenRows)) {
    this.collections.replace(typeof state === 'function' ? state() : state);
  }

  rest() {
    this.#parts = null;
  }

  async close() {
    this.rest();
    this.collections.release();
    this.#kept.close();
  }

  get #all(): Parts {
    this.#parts ??= partsOn(this.collections);
    return this.#parts;
  }
}
