import { type Clock, machineClock } from '../../core/clock.ts';
import { Unusable } from '../../core/unusable.ts';
import type { Store } from '../index.ts';
import { Settings } from '../settings.ts';
import type { StoreParts } from '../shared.ts';
import type { SharedWorlds, Sharing } from '../sharing.ts';
import { rowsIn } from '../world-rows.ts';
import { connectionTo } from './connection.ts';
import { locationOf } from './location.ts';
import { PostgresLog } from './log.ts';
import { logStatementsIn } from './log-statements.ts';
import { prepareSchema } from './open.ts';
import { Refreshing } from './refreshing.ts';
import { insertRows, LoadedWorlds, SharedRows } from './shared-rows.ts';
import { postgresSnapshots } from './snapshots.ts';
import { statementsIn } from './statements.ts';
import { PostgresWorlds, type WorldsParts } from './worlds.ts';

/** A database with the stores of worlds. */
export interface PostgresDatabase {
  /** Real time by the clock of the database. */
  readonly clock: Clock;
  /** Opens the store of a world, or creates it. Several processes may use it at once. */
  store(world: string, shared: StoreParts): Promise<Store>;
  /** The worlds other than the default one. */
  readonly worlds: SharedWorlds;
  /** Called when the server has started: from now on a statement may take `deadline`, and before that 10 s. */
  started(): void;
  close(): Promise<void>;
}

/**
 * Opens a database, and creates the tables if they do not exist.
 *
 * @param data such as `postgres://user@host/database?schema=name`
 * @param deadline how long a statement may take, in milliseconds, in place of the default that is documented for users
 * @throws Unusable if the database cannot be used
 */
export async function openPostgres(
  data: string,
  machine: Clock = machineClock(),
  deadline?: number,
): Promise<PostgresDatabase> {
  const location = await locationOf(data);
  const connection = connectionTo(await driver(), location, deadline);
  const { schema } = location;
  const sql = (text: string) => text.replaceAll('$schema', schema);
  try {
    await prepareSchema(connection, location);
    const statements = statementsIn(schema);
    const logStatements = logStatementsIn(schema);
    const refreshing: Refreshing = new Refreshing(connection, sql, statements.look, machine, (directory, used) =>
      worlds.reread(directory, used),
    );
    const loaded = new LoadedWorlds();
    const fault = () => {
      if (refreshing.fault !== null || connection.isSilent) return UNREACHABLE;
      const { takesNothing } = connection;
      return takesNothing === null
        ? null
        : `The database ${takesNothing}, so nothing can be stored now. Make it writable, or wait until it is.`;
    };
    const storeOf = (world: string, series: string, { state, commits }: StoreParts): Store => {
      const log = new PostgresLog({
        ...{ connection, statements: logStatements, world },
        noted: (before, after) => rows.wrote(before, after),
      });
      const rows: SharedRows = new SharedRows({
        ...{ connection, statements, world, loaded, notes: log },
        state,
        commits,
      });
      const { text, listen, end } = refreshing.watch(world, rows);
      return storeOn({ rows, sharing: { series, log, text, listen }, fault, end });
    };
    const fill: WorldsParts['fill'] = async (transaction, world, rows, revision) => {
      await insertRows(transaction, statements, world, rows, revision);
    };
    const refresh = (ids: readonly string[]) => refreshing.refresh(ids);
    const worlds: PostgresWorlds = new PostgresWorlds({ connection, sql, storeOf, fill });
    return {
      clock: refreshing.clock,
      store: async (world, shared) => {
        // The first process that opens the default world creates it.
        for (const text of [statements.beginLog, statements.begin]) await connection.change(text, [world]);
        const [row] = await connection.query<{ readonly series: string }>(statements.seriesOf, [world]);
        return storeOf(world, row?.series ?? '', shared);
      },
      worlds: Object.assign(worlds, { refresh, snapshots: postgresSnapshots(connection, sql) }),
      started: () => connection.started(),
      close: () => connection.close(),
    };
  } catch (cause) {
    await connection.close();
    throw cause;
  }
}

/** The message for users while the database is unreachable. */
const UNREACHABLE =
  'The database does not answer, so nothing can be read or stored now. Start it, or wait until it is back.';

/** Loads the driver, which only a PostgreSQL database needs. */
async function driver(): Promise<typeof import('pg')> {
  try {
    const loaded = await import('pg');
    // The module is CommonJS: its members are those of the default export at run time.
    return loaded.default as unknown as typeof import('pg');
  } catch (cause) {
    throw new Unusable('--data names a PostgreSQL database, but the package `pg` is not installed: `npm install pg`.', {
      cause,
    });
  }
}

interface Parts extends Pick<Store, 'fault'> {
  readonly rows: SharedRows;
  readonly sharing: Sharing;
  readonly end: () => void;
}

function storeOn({ rows, sharing, fault, end }: Parts): Store {
  return {
    collections: rows,
    settings: new Settings(rows),
    sharing,
    notices: [],
    state: sharing.text,
    hasSecret: (collection, hash) => rows.hasSecret(collection, hash),
    fault,
    freeze: async () => {
      await sharing.log.flush();
      return rows.freeze();
    },
    restore: (state) => rows.load(rowsIn(state)),
    close: async () => {
      end();
      rows.leave();
    },
  };
}
