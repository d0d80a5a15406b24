/** The contract of a store, and of a log, on PostgreSQL. */
import { afterAll, beforeAll, vi } from 'vitest';
import { createMachineClock } from '../../../src/lib/clock.ts';
import { openStorage } from '../../../src/store/open.ts';
import { PostgresLog } from '../../../src/store/postgres/log.ts';
import { NO_ROWS } from '../../../src/store/state.ts';
import type { Bench } from '../../store/contract.ts';
import { type LogBench, worldLogContract } from '../../store/contract-world-log.ts';
import { CONTRACTS } from '../../store/contracts.ts';
import { fullStore } from '../../support/nouns.ts';
import { describePostgres, freshSchema, type Schema } from '../../support/postgres.ts';
import { createMemory } from '../../support/records.ts';

const WAITING = { onWait: () => {}, maxMs: 5000 };

/** Opens the default world of a schema, as a server process does. */
async function openSchema(url: string) {
  const storage = await openStorage(url, createMemory(), createMachineClock(), WAITING);
  return { store: storage.open('default'), close: () => storage.close() };
}

/** Creates the bench of a store that each step closes and reopens. */
async function createBench(url: string): Promise<Bench> {
  let current = await openSchema(url);
  await current.store.collections.replace(NO_ROWS);
  const reopen = async () => {
    await current.close();
    current = await openSchema(url);
    return fullStore(current.store);
  };
  return { usesWrittenIn: 1100, next: reopen, end: () => current.close() };
}

async function createLogBench(): Promise<LogBench> {
  const schema = await freshSchema();
  let log = await PostgresLog.open(schema.url, createMemory(), WAITING);
  const reopen = async () => {
    await log.close();
    log = await PostgresLog.open(schema.url, createMemory(), WAITING);
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

  for (const contract of CONTRACTS) contract('PostgreSQL', () => createBench(schema.url));
});
