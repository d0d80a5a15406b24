import type { Collections } from '../collections.ts';
import { Turns } from '../turns.ts';
import type { Notes } from './notes.ts';
import { type CountedLists, pageReader } from './pages.ts';
import type { Rows } from './rows.ts';
import type { Statements } from './statements.ts';

/** The rows of a database as everybody sees them, with what was noted of them. */
export function sqliteCollections(
  statements: Statements,
  rows: Rows,
  notes: Notes,
  counted: CountedLists,
): Collections {
  const pages = pageReader(statements, rows, counted);
  return {
    byId: async (collection, id) => notes.shownOn(rows.byId(collection, id)),
    byAlias: async (collection, alias) => notes.shownOn(rows.byAlias(collection, alias)),
    list: async (query) => {
      const list = rows.list(query);
      return { ...list, rows: list.rows.map((row) => notes.shownOn(row)) };
    },
    places: async (collection) => rows.places(collection),
    size: async (collection, owner) => rows.size(collection, owner),
    page: async (query) => {
      const page = pages(query);
      return { ...page, rows: page.rows.map((row) => notes.shownOn(row)) };
    },
    due: async (query) => rows.due(query).map((row) => notes.shownOn(row)),
    counts: async () => rows.counts(),
    commit: async (changes, expects = []) => {
      const revision = rows.commit(changes, expects);
      for (const change of changes) if (change.kind === 'remove') notes.forget(change);
      return revision;
    },
    note: async (collection, id, at) => {
      const note = { collection, id, at };
      if (notes.has(note) || rows.has(collection, id)) notes.add(note);
    },
    seen: null,
    turns: new Turns(),
    dump: async () => rows.dump().map((row) => notes.shownOn(row)),
    load: async (all) => {
      rows.load(all);
      notes.drop();
    },
  };
}
