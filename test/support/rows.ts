import { Collection } from '../../src/store/collection.ts';
import type { Collections } from '../../src/store/collections.ts';
import { type Change, NEW, type Page, type PageQuery, type Row } from '../../src/store/row.ts';
import type { FullStore } from './nouns.ts';

type AnyRow = Row<unknown, string | null>;

/** The rows of a store by collection, without revisions. */
export interface PlainCollections {
  byId(collection: string, id: string): Promise<AnyRow | null>;
  byAlias(collection: string, alias: string): Promise<AnyRow | null>;
  ofParent(collection: string, parent: string): Promise<readonly AnyRow[]>;
  ofOwner(collection: string, owner: string): Promise<readonly AnyRow[]>;
  visibleTo(collection: string, account: string): Promise<readonly AnyRow[]>;
  insert(row: AnyRow, limit: number | null): Promise<void>;
  change(collection: string, id: string, change: (row: AnyRow) => AnyRow | null): Promise<AnyRow | null>;
  changeParts(collection: string, parent: string, change: (row: AnyRow) => AnyRow | null): Promise<readonly AnyRow[]>;
  /** Replaces existing rows in their current revision. */
  commit(changes: readonly Change[]): Promise<void>;
  page(collection: string, query: PageQuery): Promise<Page<AnyRow>>;
  dueBetween(collection: string, after: number, to: number, limit: number): Promise<readonly AnyRow[]>;
  sweep(collection: string, at: number): Promise<void>;
}

/** A store with rows without revisions. */
export type PlainStore = Omit<FullStore, 'collections'> & {
  readonly collections: PlainCollections;
  readonly rows: Collections;
};

export function withoutRevisions(store: FullStore): PlainStore {
  const shown: Partial<PlainStore> = { collections: plain(store.collections), rows: store.collections };
  // A proxy, so that all other members come from the store.
  return new Proxy(store as unknown as PlainStore, {
    get: (all, name) => {
      const value = Reflect.get(shown, name) ?? Reflect.get(all, name, all);
      return typeof value === 'function' ? value.bind(all) : value;
    },
  });
}

function bare<Its extends AnyRow | null>(row: Its): Its {
  return row === null ? row : { ...row, revision: NEW };
}

function plain(rows: Collections): PlainCollections {
  const of = (name: string) => new Collection<unknown, string | null>(name);
  const all = (list: readonly AnyRow[]) => list.map(bare);
  return {
    byId: async (collection, id) => bare(await of(collection).byId(rows, id)),
    byAlias: async (collection, alias) => bare(await of(collection).byAlias(rows, alias)),
    ofParent: async (collection, parent) => all(await of(collection).ofParent(rows, parent)),
    ofOwner: async (collection, owner) => all(await of(collection).ofOwner(rows, owner)),
    visibleTo: async (collection, account) => all(await of(collection).visibleTo(rows, account)),
    insert: (row, limit) => of(row.collection).insert(rows, row, limit),
    change: async (collection, id, change) =>
      bare(await of(collection).change(rows, id, (before) => change(bare(before)))),
    changeParts: async (collection, parent, change) =>
      all(await of(collection).changeParts(rows, parent, (before) => change(bare(before)))),
    commit: async (changes) => {
      const current = changes.map((change): Change => {
        if (change.kind === 'remove') return change;
        const before = rows.rowsOf(change.row.collection).byId(change.row.id);
        return { ...change, row: { ...change.row, revision: before?.revision ?? NEW } };
      });
      await rows.commit(current);
    },
    page: async (collection, query) => {
      const page = await of(collection).page(rows, query);
      return { ...page, rows: all(page.rows) };
    },
    dueBetween: async (collection, after, to, limit) => all(await of(collection).due(rows, { after, to, limit })),
    sweep: (collection, at) => of(collection).sweep(rows, at),
  };
}
