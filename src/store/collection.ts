import type { Instant } from '../lib/clock.ts';
import type { Collections } from './collections.ts';
import { Collision, LimitReached, NotFound } from './errors.ts';
import {
  type Change,
  type DueQuery,
  type Facets,
  NEW,
  type Page,
  type PageQuery,
  type Revision,
  type Row,
} from './row.ts';
import type { Rows } from './rows.ts';
import { findPage } from './search.ts';

/** The members of a row. Omitted members are empty or null. */
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
  readonly revision?: Revision;
}

type Removal = Extract<Change, { readonly kind: 'remove' }>;

const MAX_SWEPT = 500;

/**
 * The typed handle of a collection, through which all code reads and writes its rows: `new Collection<FunctionVersion,
 * string>('nvcf.functions')`.
 * @typeParam Parent `string` if each row is part of an object, `null` otherwise
 */
export class Collection<Body, Parent extends string | null = null> {
  /** The name in the store: `nvcf.functions`. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  row({
    aliases = [],
    labels = [],
    sharedWith = [],
    dueAt = null,
    revision = NEW,
    ...members
  }: Members<Body, Parent>): Row<Body, Parent> {
    return { collection: this.name, aliases, labels, sharedWith, dueAt, revision, ...members };
  }

  async byId(from: Collections, id: string): Promise<Row<Body, Parent> | null> {
    return this.#rows(from).byId(id) ?? null;
  }

  async byAlias(from: Collections, alias: string): Promise<Row<Body, Parent> | null> {
    return this.#rows(from).byAlias(alias) ?? null;
  }

  /** Returns all rows, oldest first. This array, and those of the methods below, is reused until one of its rows changes. */
  async all(from: Collections): Promise<readonly Row<Body, Parent>[]> {
    return this.#rows(from).all;
  }

  async ofParent(from: Collections, parent: string): Promise<readonly Row<Body, Parent>[]> {
    return this.#rows(from).in('parent', parent);
  }

  async ofLabel(from: Collections, label: string): Promise<readonly Row<Body, Parent>[]> {
    return this.#rows(from).in('label', label);
  }

  async ofOwner(from: Collections, owner: string): Promise<readonly Row<Body, Parent>[]> {
    return this.#rows(from).in('owner', owner);
  }

  async countOfOwner(from: Collections, owner: string): Promise<number> {
    return this.#rows(from).countIn('owner', owner);
  }

  /** Returns the objects visible to an account (owned, shared or public), oldest first. */
  async visibleTo(from: Collections, account: string): Promise<readonly Row<Body, Parent>[]> {
    return this.#rows(from).visibleTo(account);
  }

  /** @param limit of rows for this owner @throws Collision if the id or an alias is taken; LimitReached */
  async insert(into: Collections, row: Row<Body, Parent>, limit: number | null): Promise<void> {
    if (limit === null) await into.commit([this.put(row)]);
    else {
      await into.updating(async (commit) => {
        if ((await this.byId(into, row.id)) !== null) throw new Collision();
        for (const alias of row.aliases) if ((await this.byAlias(into, alias)) !== null) throw new Collision();
        if ((await this.countOfOwner(into, row.owner)) >= limit) throw new LimitReached();
        await commit([this.put(row)]);
      });
    }
  }

  /** Adds a row if `check`, which may throw, accepts the owner's other rows. @throws Collision */
  async insertBeside(
    into: Collections,
    row: Row<Body, Parent>,
    check: (others: readonly Row<Body, Parent>[]) => void,
  ): Promise<void> {
    await into.updating(async (commit) => {
      check(await this.ofOwner(into, row.owner));
      await commit([this.put(row)]);
    });
  }

  /** Atomically replaces a row with the result of `change`, and returns it; null deletes the row. @throws NotFound */
  change<After extends Row<Body, Parent> | null>(
    within: Collections,
    id: string,
    change: (row: Row<Body, Parent>) => After,
  ): Promise<After> {
    return within.updating(async (commit) => {
      const before = await this.byId(within, id);
      if (before === null) throw new NotFound();
      const after = change(before);
      const [stored = null] = await commit([this.#createChange(before, after)]);
      // The stored row has the type of `after`.
      return stored as After;
    });
  }

  /** Atomically applies `change` to every part of an object. Does nothing if there are no parts. */
  changeParts(
    within: Collections,
    parent: string,
    change: (row: Row<Body, Parent>) => Row<Body, Parent> | null,
  ): Promise<readonly Row<Body, Parent>[]> {
    return within.updating(async (commit) => {
      const rows = await this.ofParent(within, parent);
      const stored = await commit(rows.map((row) => this.#createChange(row, change(row))));
      // All rows of this collection were written through this handle.
      return stored as readonly Row<Body, Parent>[];
    });
  }

  /** Returns one page of objects. Sorting and filtering by facets doesn't get slower with more rows. */
  page(from: Collections, query: PageQuery): Promise<Page<Row<Body, Parent>>> {
    // A page has rows of this collection.
    return findPage(this.#rows(from), query) as Promise<Page<Row<Body, Parent>>>;
  }

  async due(from: Collections, query: DueQuery): Promise<readonly Row<Body, Parent>[]> {
    return this.#rows(from).due(query);
  }

  /** Deletes the rows with a `dueAt` in the past. */
  async sweep(within: Collections, at: Instant): Promise<void> {
    const changes = await this.findExpired(within, at);
    if (changes.length > 0) await within.commit(changes);
    if (changes.length === MAX_SWEPT) await this.sweep(within, at);
  }

  /** Returns removals for rows with a `dueAt` in the past, up to the maximum for one commit. */
  async findExpired(within: Collections, at: Instant): Promise<readonly Removal[]> {
    const due = await this.due(within, { after: Number.MIN_SAFE_INTEGER, to: at, limit: MAX_SWEPT });
    return due.map(({ id }) => this.removal(id));
  }

  put(row: Row<Body, Parent>): Change {
    return { kind: 'put', row };
  }

  /** Returns a change for `Collections.commit` that removes a row regardless of its revision. */
  removal(id: string): Removal {
    return { kind: 'remove', collection: this.name, id };
  }

  /** Returns a change for `Collections.commit` that removes a row only if it is unchanged since it was read. */
  remove({ id, revision }: Row<Body, Parent>): Change {
    return { kind: 'remove', collection: this.name, id, revision };
  }

  #createChange(before: Row<Body, Parent>, after: Row<Body, Parent> | null): Change {
    return after === null ? this.remove(before) : this.put({ ...after, revision: before.revision });
  }

  #rows(from: Collections): Rows<Row<Body, Parent>> {
    // All rows of this collection were written through this handle, so the bodies have this type.
    return from.rowsOf(this.name) as Rows<Row<Body, Parent>>;
  }
}
