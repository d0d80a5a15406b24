import type { Instant } from '../core/clock.ts';
import type { Change, Collections, Facets, Page, PageQuery, Row } from './collections.ts';

/** The members of a row. Whatever is left out, the row does not have. */
interface Members<Body, Parent> {
  readonly id: string;
  readonly owner: string;
  readonly parent: Parent;
  readonly body: Body;
  readonly alias?: string | null;
  readonly sharedWith?: readonly string[];
  readonly dueAt?: Instant | null;
  readonly facets?: Facets;
}

/**
 * A collection with the type of its rows: `new Collection<FunctionVersion, string>('nvcf.functions')`. Each method is
 * the one of the same name in `Collections`, and keeps its promises. Each collection has one handle, a constant, and
 * all code that reads or writes its rows does so through it.
 *
 * @typeParam Parent `string` if each row is a part of something, `null` if none is
 */
export class Collection<Body, Parent extends string | null = null> {
  /** Its name in the store: `nvcf.functions`. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** A row that can be stored. */
  row({ alias = null, sharedWith = [], dueAt = null, ...own }: Members<Body, Parent>): Row<Body, Parent> {
    return { collection: this.name, alias, sharedWith, dueAt, ...own };
  }

  byId(from: Collections, id: string): Promise<Row<Body, Parent> | null> {
    return this.#of(from).byId(this.name, id);
  }

  byAlias(from: Collections, alias: string): Promise<Row<Body, Parent> | null> {
    return this.#of(from).byAlias(this.name, alias);
  }

  ofParent(from: Collections, parent: string): Promise<readonly Row<Body, Parent>[]> {
    return this.#of(from).ofParent(this.name, parent);
  }

  ofOwner(from: Collections, owner: string): Promise<readonly Row<Body, Parent>[]> {
    return this.#of(from).ofOwner(this.name, owner);
  }

  visibleTo(from: Collections, account: string): Promise<readonly Row<Body, Parent>[]> {
    return this.#of(from).visibleTo(this.name, account);
  }

  insert(into: Collections, row: Row<Body, Parent>, limit: number | null): Promise<void> {
    return into.insert(row, limit);
  }

  change<After extends Row<Body, Parent> | null>(
    within: Collections,
    id: string,
    change: (row: Row<Body, Parent>) => After,
  ): Promise<After> {
    // What is returned is what `change` made.
    return this.#of(within).change(this.name, id, change) as Promise<After>;
  }

  changeParts(
    within: Collections,
    parent: string,
    change: (row: Row<Body, Parent>) => Row<Body, Parent> | null,
  ): Promise<readonly Row<Body, Parent>[]> {
    return this.#of(within).changeParts(this.name, parent, change);
  }

  page(from: Collections, query: Omit<PageQuery, 'collection'>): Promise<Page<Row<Body, Parent>>> {
    return this.#of(from).page({ collection: this.name, ...query });
  }

  dueBetween(from: Collections, after: Instant, to: Instant, limit: number): Promise<readonly Row<Body, Parent>[]> {
    return this.#of(from).dueBetween(this.name, after, to, limit);
  }

  sweep(within: Collections, at: Instant): Promise<void> {
    return within.sweep(this.name, at);
  }

  /** For `Collections.commit`. */
  put(row: Row<Body, Parent>): Change {
    return { kind: 'put', row };
  }

  /** For `Collections.commit`. */
  removal(id: string): Change {
    return { kind: 'remove', collection: this.name, id };
  }

  #of(all: Collections): Collections<Row<Body, Parent>> {
    // Whatever is stored under this name was written through this handle, so it has the bodies that the handle takes.
    return all as Collections<Row<Body, Parent>>;
  }
}
