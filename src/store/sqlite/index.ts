import type { Store } from '../index.ts';
import { partsOn } from '../parts/index.ts';
import { knownKeys } from '../parts/ngc-keys.ts';
import { rekeyedRows } from '../parts/rekeying.ts';
import { rememberingCollections } from '../remembering/collections.ts';
import { Revisions } from '../revisions.ts';
import { newStoreParts, type StoreParts } from '../shared.ts';
import type { KeptSeed, Rekeying } from '../world.ts';
import { sqliteCollections } from './collections.ts';
import { type Connection, lastingConnection, RestingConnection } from './connection.ts';
import { Notes } from './notes.ts';
import { closeDatabase, type Opened, openDatabase } from './open.ts';
import { countedLists } from './pages.ts';
import { replaceContent } from './replacing.ts';
import { Rows } from './rows.ts';
import { Statements } from './statements.ts';

/**
 * The store on SQLite: in a file, or in memory if `path` is null. A file belongs to one process at a time.
 *
 * @throws Unusable if the file cannot be used
 */
export function openSqliteStore(path: string | null, shared: StoreParts = newStoreParts()): Store {
  const { database, ...rest } = openDatabase(path);
  const connection = path === null ? new RestingConnection(database) : lastingConnection(database, closeDatabase);
  const statements = new Statements(connection);
  return storeOn({ connection, statements, ...rest, ...shared });
}

/**
 * A store in memory that begins as a copy of an image. The image stays unchanged.
 *
 * @param rekeyed credentials that replace those of the image, as in `WorldStore.rekey`, when it is first used
 * @throws Unusable if the image is not one of ours, has a schema that this version does not know, or is damaged
 */
export function openSqliteImage(
  image: Uint8Array,
  shared: StoreParts,
  rekeyed?: { readonly rekeying: Rekeying; readonly kept: KeptSeed },
): Store {
  const connection = new RestingConnection(image);
  const statements = new Statements(connection);
  const rows = new Rows(statements, shared.revisions);
  if (rekeyed !== undefined) {
    connection.beforeUse(() => {
      const all = (collection: string) => rows.list({ collection }).rows;
      rows.commit(rekeyedRows(all, rekeyed.rekeying, rekeyed.kept).changes, []);
    });
  }
  return storeOn({ connection, statements, rows, file: null, notices: [], ...shared });
}

/** What a store is made of. */
interface Parts extends Omit<Opened, 'database'>, StoreParts {
  readonly connection: Connection;
  readonly statements: Statements;
  readonly rows?: Rows;
}

function storeOn({ connection, statements, file, notices, budgets, revisions, ...given }: Parts): Store {
  const { rows = new Rows(statements, revisions, file !== null) } = given;
  const notes = new Notes(rows.use, (cause) => file?.refusalOf(cause) != null);
  const guarded = <Its extends object>(subject: Its, names: readonly (keyof Its)[]) =>
    file?.guard(subject, names) ?? subject;
  const counted = countedLists(budgets.rows);
  const known = knownKeys(budgets.rows);
  const stored = guarded(sqliteCollections(statements, rows, notes, counted), ['commit', 'load']);
  const collections = rememberingCollections(stored, budgets.rows, true);
  const forget = () => {
    for (const remembered of [counted, known]) remembered.clear();
    collections.forget();
  };
  const replace = async (image: Uint8Array) => {
    replaceContent(statements, rows, image);
    notes.drop();
    forget();
    return store;
  };
  const store: Store = {
    ...partsOn(collections, known),
    collections,
    sharing: null,
    notices,
    fault: () => file?.fault ?? null,
    image: async () => wholeImage(connection, notes),
    restored:
      file === null
        ? async (image) => openSqliteImage(image, { budgets, revisions })
        : guarded({ replace }, ['replace']).replace,
    rest: async () => connection.rest(),
    close: async () => {
      try {
        notes.flush();
      } finally {
        forget();
        connection.close();
      }
    },
  };
  return store;
}

/** An image that includes what was noted, even if the disk has no room for it. */
function wholeImage(connection: Connection, notes: Notes): Uint8Array {
  notes.flushIfPossible();
  const image = connection.image();
  const { waiting } = notes;
  if (waiting.length === 0) return image;
  const copy = new RestingConnection(image);
  try {
    new Rows(new Statements(copy), new Revisions()).use(waiting);
    return copy.image();
  } finally {
    copy.close();
  }
}
