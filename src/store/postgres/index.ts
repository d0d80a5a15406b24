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

/** A database that has the stores of worlds. */
export interface PostgresDatabase {
  /** Real time, as the database knows it. */
  readonly clock: Clock;
  /** The store of a world, new or as it is. Several processes may use it at once. */
  store(world: string, shared: StoreParts): Promise<Store>;
  /** The worlds in addition to the default one. */
  readonly worlds: SharedWorlds;
  close(): Promise<void>;
}

/**
 * Opens a database, and makes the tables if they are not there.
 *
 * @param data such as `postgres://user@host/database?schema=name`
 * @param deadline how long anything may take, in milliseconds, rather than what users can rely on
 * @throws Unusable if the database cannot be used
 */
export async function openPostgres(
  data: string,
  machine: Clock = machineClock(),
  deadline?: number,
): Promise<PostgresDatabase> {
  const location = locationOf(data);
  const connection = connectionTo(await driver(), location, deadline);
  const { schema } = location;
  const sql = (text: string) => text.replaceAll('$schema', schema);
  try {
    const notices = await prepareSchema(connection, location);
    const statements = statementsIn(schema);
    const logStatements = logStatementsIn(schema);
    const refreshing: Refreshing = new Refreshing(connection, sql, statements.look, machine, (...told) =>
      worlds.reread(...told),
    );
    const loaded = new LoadedWorlds();
    const fault = () => {
      if (refreshing.fault !== null || connection.isSilent) return AWAY;
      const { takesNothing } = connection;
      return takesNothing === null
        ? null
        : `The database ${takesNothing}, so nothing can be stored now. Make it take changes, or wait until it does.`;
    };
    const storeOf = (world: string, series: string, { budgets }: StoreParts): Store => {
      const log = new PostgresLog({
        ...{ connection, statements: logStatements, world },
        noted: (before, after) => rows.wrote(before, after),
      });
      const rows: SharedRows = new SharedRows({
        ...{ connection, statements, world, loaded, notes: log },
        quota: budgets.state,
      });
      const { text, listen, end } = refreshing.watch(world, rows);
      return storeOn({ rows, sharing: { series, log, text, listen }, notices, fault, end });
    };
    const fill: WorldsParts['fill'] = async (transaction, world, rows, revision) => {
      await insertRows(transaction, statements, world, rows, revision);
    };
    const refresh = (ids: readonly string[]) => refreshing.refresh(ids);
    const worlds: PostgresWorlds = new PostgresWorlds({ connection, sql, storeOf, fill });
    return {
      clock: refreshing.clock,
      store: async (world, shared) => {
        // The first process that asks for the world makes it.
        for (const text of [statements.beginLog, statements.begin]) await connection.change(text, [world]);
        const [row] = await connection.query<{ readonly series: string }>(statements.seriesOf, [world]);
        return storeOf(world, row?.series ?? '', shared);
      },
      worlds: Object.assign(worlds, { refresh, snapshots: postgresSnapshots(connection, sql) }),
      close: () => connection.close(),
    };
  } catch (cause) {
    await connection.close();
    throw cause;
  }
}

/** For the person whose request failed. */
const AWAY = 'The database does not answer, so nothing can be read or stored now. Start it, or wait until it is back.';

/** Loaded only here: without a PostgreSQL database no driver is needed. */
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

interface Parts extends Pick<Store, 'notices' | 'fault'> {
  readonly rows: SharedRows;
  readonly sharing: Sharing;
  readonly end: () => void;
}

function storeOn({ rows, sharing, notices, fault, end }: Parts): Store {
  return {
    collections: rows,
    settings: new Settings(rows),
    sharing,
    notices,
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
