import { Unusable } from '../../core/unusable.ts';
import type { Collections } from '../collections.ts';
import type { Store } from '../index.ts';
import { partsOn } from '../parts/index.ts';
import { knownKeys } from '../parts/ngc-keys.ts';
import type { StoreParts } from '../shared.ts';
import { openSqliteImage, openSqliteStore } from '../sqlite/index.ts';
import { postgresCollections, type Tables } from './collections.ts';
import { type Connection, connectionTo } from './connection.ts';
import { locationOf } from './location.ts';
import { prepareSchema } from './open.ts';

/** A database that has the stores of worlds. */
export interface PostgresDatabase {
  /** The store of a world, new or as it is. Several processes may use it at once. */
  store(world: string, shared: StoreParts): Promise<Store>;
  close(): Promise<void>;
}

/**
 * Opens a database, and makes the tables if they are not there.
 *
 * @param data such as `postgres://user@host/database?schema=name`
 * @throws Unusable if the database cannot be used
 */
export async function openPostgres(data: string): Promise<PostgresDatabase> {
  const location = locationOf(data);
  const connection = connectionTo(await driver(), location);
  try {
    await prepareSchema(connection, location);
    const tables = { schema: location.schema, folded: await foldingOf(connection) };
    const begin = `INSERT INTO ${location.schema}.worlds VALUES ($1, 1, 1) ON CONFLICT DO NOTHING`;
    return {
      store: async (world, shared) => {
        await connection.change(begin, [world]);
        return storeOn(postgresCollections(connection, tables, world), shared);
      },
      close: () => connection.close(),
    };
  } catch (cause) {
    await connection.close();
    throw cause;
  }
}

/** How letters become small: as everywhere in the world if PostgreSQL knows that (ICU), otherwise as its own setting says. */
async function foldingOf(connection: Connection): Promise<Tables['folded']> {
  const known = await connection.query(`SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'`);
  const collation = known.length > 0 ? 'und-x-icu' : 'default';
  return (text) => `lower(${text} COLLATE "${collation}")`;
}

/** Loaded only here: whoever has no PostgreSQL needs no driver. */
async function driver(): Promise<typeof import('pg')> {
  try {
    const loaded = await import('pg');
    // It is a CommonJS module.
    return loaded.default as unknown as typeof import('pg');
  } catch (cause) {
    throw new Unusable('--data names a PostgreSQL database, but the package `pg` is not installed: `npm install pg`.', {
      cause,
    });
  }
}

function storeOn(collections: Collections, shared: StoreParts): Store {
  const known = knownKeys(shared.budgets.rows);
  const store: Store = {
    ...partsOn(collections, known),
    collections,
    notices: [],
    fault: () => null,
    image: async () => {
      const copy = openSqliteStore(null, shared);
      try {
        await copy.collections.load(await collections.dump());
        return await copy.image();
      } finally {
        await copy.close();
      }
    },
    restored: async (image) => {
      const source = openSqliteImage(image, shared);
      try {
        await collections.load(await source.collections.dump());
        known.clear();
        return store;
      } finally {
        await source.close();
      }
    },
    rest: async () => {},
    close: async () => known.clear(),
  };
  return store;
}
