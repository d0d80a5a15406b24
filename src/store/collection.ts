import type { Instant } from '../core/clock.ts';
import {
  type Change,
  type Collections,
  type Expectation,
  type Facets,
  type List,
  NEW,
  type Page,
  type PageQuery,
  type Revision,
  type Row,
} from './collections.ts';
import { Collision, LimitReached, NotFound } from './errors.ts';
import { updating } from './updating.ts';

/** The members of a row. An omitted member is empty or null. */
interface Members<Body, Parent> {
  readonly id: string;
  readonly owner: string;
  readonly parent: Parent;
  readonly body: Body;
  readonly aliases?: readonly string[];
  readonly labels?: readonly string[];
  readonly sharedWith?: readonly string[];
  readonly dueAt?: Instant | null;
  readonly facets?: Facets;
  /** The revision of the row that it replaces. */
  readonly revision?: Revision;
}

type Removal = Extract<Change, { readonly kind: 'remove' }>;

/** The most rows that one commit sweeps. */
const SWEPT = 500;

/**
 * A collection with the type of its rows: `new Collection<FunctionVersion, string>('nvcf.functions')`. Each collection
 * has one handle, a constant, through which all code reads and writes its rows.
 *
 * @typeParam Parent `string` if each row is a part of an object, `null` if none is
 */
export class Collection<Body, Parent extends string | null = null> {
  /** Its name in the store: `nvcf.functions`. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** A row that can be stored. */
  row({
    aliases = [],
    labels = [],
    sharedWith = [],
    dueAt = null,
    revision = NEW,
    ...own
  }: Members<Body, Parent>): Row<Body, Parent> {
    return { collection: this.name, aliases, labels, sharedWith, dueAt, revision, usedAt: null, ...own };
  }

  byId(from: Collections, id: string): Promise<Row<Body, Parent> | null> {
    return this.#of(from).byId(this.name, id);
  }

  byAlias(from: Collections, alias: string): Promise<Row<Body, Parent> | null> {
    return this.#of(from).byAlias(this.name, alias);
  }

  /** All rows of the collection, oldest first. */
  all(from: Collections, limit?: number): Promise<List<Row<Body, Parent>>> {
    return this.#of(from).list({ collection: this.name, ...(limit !== undefined && { limit }) });
  }

  places(from: Collections): Promise<ReadonlyMap<string, number>> {
    return from.places(this.name);
  }

  /** The parts of an object, oldest first. */
  async ofParent(from: Collections, parent: string): Promise<readonly Row<Body, Parent>[]> {
    return (await this.#of(from).list({ collection: this.name, parent })).rows;
  }

  /** Rows with a label, oldest first. */
  async ofLabel(from: Collections, label: string, limit?: number): Promise<readonly Row<Body, Parent>[]> {
    return (await this.#of(from).list({ collection: this.name, label, ...(limit !== undefined && { limit }) })).rows;
  }

  /** Objects that an account owns, oldest first. */
  async ofOwner(from: Collections, owner: string): Promise<readonly Row<Body, Parent>[]> {
    return (await this.listOf(from, owner)).rows;
  }

  /** Objects that an account owns, oldest first, with the revision of the list. */
  listOf(from: Collections, owner: string): Promise<List<Row<Body, Parent>>> {
    return this.#of(from).list({ collection: this.name, owner });
  }

  /** Objects that an account may see: its own, shared and public ones; oldest first. */
  visibleTo(from: Collections, account: string): Promise<List<Row<Body, Parent>>> {
    return this.#of(from).list({ collection: this.name, visibleTo: account });
  }

  /**
   * Adds a row.
   *
   * @param limit the most rows its owner may have
   * @throws Collision if the id or an alias is taken
   * @throws LimitReached
   */
  async insert(into: Collections, row: Row<Body, Parent>, limit: number | null): Promise<void> {
    if (limit === null) await into.commit([this.put(row)]);
    else await updating(into, () => this.#insert(into, row, limit));
  }

  /**
   * Adds a row after a check of the other rows of its owner.
   *
   * @param check throws if the row must not be added; it may be called again
   * @throws Collision if the id or an alias is taken
   */
  insertBeside(
    into: Collections,
    row: Row<Body, Parent>,
    check: (others: readonly Row<Body, Parent>[]) => void,
  ): Promise<void> {
    return updating(into, async () => {
      const { rows, revision } = await this.listOf(into, row.owner);
      check(rows);
      await into.commit([this.put(row)], [{ collection: this.name, owner: row.owner, revision }]);
    });
  }

  /**
   * Reads a row and replaces it with the result of `change`, in one step; null deletes it. If `change` throws, the
   * error is passed on and nothing is stored.
   *
   * @param change may be called again, if the row has changed meanwhile
   * @returns the result of `change`
   * @throws NotFound
   */
  change<After extends Row<Body, Parent> | null>(
    within: Collections,
    id: string,
    change: (row: Row<Body, Parent>) => After,
  ): Promise<After> {
    return updating(within, async () => {
      const before = await this.byId(within, id);
      if (before === null) throw new NotFound();
      const after = change(before);
      const revision = await within.commit([this.#changeOf(before, after)]);
      // `After` is the type of `after`, and another revision does not change the type.
      return (after === null ? null : { ...after, revision }) as After;
    });
  }

  /** Changes every part of an object as `change` does, all in one step; without parts nothing changes. */
  changeParts(
    within: Collections,
    parent: string,
    change: (row: Row<Body, Parent>) => Row<Body, Parent> | null,
  ): Promise<readonly Row<Body, Parent>[]> {
    return updating(within, async () => {
      const { rows, revision } = await this.#of(within).list({ collection: this.name, parent });
      const after = rows.map((row) => [row, change(row)] as const);
      const changes = after.map(([row, next]) => this.#changeOf(row, next));
      if (changes.length === 0) return [];
      const now = await within.commit(changes, [{ collection: this.name, revision }]);
      return after.flatMap(([, next]) => (next === null ? [] : { ...next, revision: now }));
    });
  }

  page(from: Collections, query: Omit<PageQuery, 'collection'>): Promise<Page<Row<Body, Parent>>> {
    return this.#of(from).page({ collection: this.name, ...query });
  }

  /** Rows that are due in `(after, to]`: the first `limit`, earliest first. */
  dueBetween(from: Collections, after: Instant, to: Instant, limit: number): Promise<readonly Row<Body, Parent>[]> {
    return this.#of(from).due({ collection: this.name, after, to, limit });
  }

  /** The parts of an object that are due in `(after, to]`. */
  partsDue(
    from: Collections,
    parent: string,
    within: { readonly after: Instant; readonly to: Instant; readonly limit: number; readonly latestFirst?: boolean },
  ): Promise<readonly Row<Body, Parent>[]> {
    return this.#of(from).due({ collection: this.name, parent, ...within });
  }

  /** Deletes rows whose `dueAt` has passed. */
  async sweep(within: Collections, at: Instant): Promise<void> {
    const changes = await this.swept(within, at);
    if (changes.length > 0) await within.commit(changes);
    if (changes.length === SWEPT) await this.sweep(within, at);
  }

  /** The removals of rows whose `dueAt` has passed, at most as many as one commit sweeps. */
  async swept(within: Collections, at: Instant): Promise<readonly Removal[]> {
    const due = await this.dueBetween(within, Number.MIN_SAFE_INTEGER, at, SWEPT);
    return due.map(({ id }) => this.removal(id));
  }

  /** A change for `Collections.commit`. */
  put(row: Row<Body, Parent>): Change {
    return { kind: 'put', row };
  }

  /** A change for `Collections.commit`: removes a row, whatever its revision. */
  removal(id: string): Removal {
    return { kind: 'remove', collection: this.name, id };
  }

  /** A change for `Collections.commit`: removes a row, if it is still as it was read. */
  remove({ id, revision }: Row<Body, Parent>): Change {
    return { kind: 'remove', collection: this.name, id, revision };
  }

  /** Expects that a row is still as it was read, or still does not exist. */
  still(row: Row<Body, Parent> | null, id: string): Expectation {
    return { collection: this.name, id, revision: row?.revision ?? NEW };
  }

  async #insert(into: Collections, row: Row<Body, Parent>, limit: number): Promise<void> {
    const { count, revision } = await into.size(this.name, row.owner);
    if ((await into.byId(this.name, row.id)) !== null) throw new Collision();
    for (const alias of row.aliases) if ((await into.byAlias(this.name, alias)) !== null) throw new Collision();
    if (count >= limit) throw new LimitReached();
    await into.commit([this.put(row)], [{ collection: this.name, owner: row.owner, revision }]);
  }

  #changeOf(before: Row<Body, Parent>, after: Row<Body, Parent> | null): Change {
    return after === null ? this.remove(before) : this.put({ ...after, revision: before.revision });
  }

  #of(all: Collections): Collections<Row<Body, Parent>> {
    // All rows under this name were written through this handle, so their bodies have its type.
    return all as Collections<Row<Body, Parent>>;
  }
}
