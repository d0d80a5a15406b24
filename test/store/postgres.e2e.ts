/** The contract of a store, and of a log, on PostgreSQL. */
import type * as Postgres from 'pg';
import pg from 'pg';
import { afterAll, beforeAll, vi } from 'vitest';
import type { Store } from '../../src/store/index.ts';
import { PostgresStorage } from '../../src/store/postgres/index.ts';
import { type DatabaseLocation, parseLocation } from '../../src/store/postgres/location.ts';
import { PostgresLog } from '../../src/store/postgres/log.ts';
import { createTables, openSession, tryLock } from '../../src/store/postgres/open.ts';
import { createStoreParts } from '../../src/store/shared.ts';
import { NO_ROWS } from '../../src/store/state.ts';
import type { Ownership } from '../../src/store/storage.ts';
import { createMachineClock } from '../../src/time/clock.ts';
import { fullStore } from '../support/nouns.ts';
import { describePostgres, freshSchema, type Schema } from '../support/postgres.ts';
import type { Bench } from './contract.ts';
import { type LogBench, worldLogContract } from './contract-world-log.ts';
import { CONTRACTS } from './contracts.ts';

/** Opens the worlds of a schema, and takes their ownership as a server process does. */
async function openSchema(url: string): Promise<Ownership & { close(): Promise<void> }> {
  const storage = await PostgresStorage.open(url, createStoreParts(), createMachineClock());
  const ownership = await storage.takeOwnership(() => {});
  if (ownership === null) throw new Error('the storage was closed');
  const close = async () => {
    await ownership.storedWorlds?.close();
    await storage.close();
  };
  return { ...ownership, close };
}

/**
 * Creates the bench of a store on PostgreSQL.
 *
 * @param isReopened whether each step closes and reopens everything
 */
async function createBench(url: string, isReopened: boolean): Promise<Bench> {
  let current = await openSchema(url);
  let store: Store = current.store;
  await store.restore(NO_ROWS);
  const reopenIfNeeded = async () => {
    if (isReopened) {
      await store.close();
      await current.close();
      current = await openSchema(url);
      store = current.store;
    }
    return fullStore(store);
  };
  const end = async () => {
    await store.close();
    await current.close();
  };
  return { usesWrittenIn: 1100, next: reopenIfNeeded, end };
}

/** The driver. The types of its default export lack only the member `PG`, which no test needs. */
const DRIVER = pg as typeof Postgres;

/** Opens only the log, as a process does that has the lock. */
async function openLog(location: DatabaseLocation): Promise<PostgresLog> {
  const session = await openSession(DRIVER, location);
  if (!(await tryLock(session, location)).has) throw new Error('another process has the lock');
  await createTables(session, location);
  return new PostgresLog(session, location.schema);
}

async function createLogBench(): Promise<LogBench> {
  const schema = await freshSchema();
  const location = await parseLocation(schema.url);
  let log = await openLog(location);
  const reopen = async () => {
    await log.close();
    log = await openLog(location);
    return log;
  };
  const end = async () => {
    await log.close();
    await schema.drop();
  };
  return { log, reopen, end };
}

// Some tests take thousands of steps, each with a request to the server.
vi.setConfig({ testTimeout: 120_000 });

describePostgres('a store', () => {
  let schema: Schema;
  beforeAll(async () => {
    schema = await freshSchema();
  });
  afterAll(() => schema.drop());

  worldLogContract('PostgreSQL', createLogBench);

  for (const contract of CONTRACTS) {
    contract('PostgreSQL', () => createBench(schema.url, false));
    contract('PostgreSQL that is reopened for each step', () => createBench(schema.url, true));
  }
});
