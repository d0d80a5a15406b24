/** The contract of a store, on PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import type { Store } from '../../src/store/index.ts';
import type { PostgresDatabase } from '../../src/store/postgres/index.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { fullStore } from '../support/nouns.ts';
import { describePostgres, twoDatabases } from '../support/postgres.ts';
import type { Bench } from './contract.ts';
import { CONTRACTS } from './contracts.ts';

/**
 * A world of its own for each test.
 *
 * @param handles by turns the steps of a test read and write through these: what one has written, the others see
 */
async function benchOn(handles: readonly PostgresDatabase[]): Promise<Bench> {
  const world = randomUUID();
  const stores = await Promise.all(handles.map((database) => database.store(world, newStoreParts())));
  let steps = 0;
  const next = async () => {
    // As a request does: it ends with what it noted, and the next one begins with what others have changed.
    for (const store of stores) await store.sharing?.log.flush();
    const turn = steps++ % handles.length;
    await handles[turn]?.worlds.refresh([world]);
    return fullStore(stores[turn] as Store);
  };
  const end = async () => {
    for (const store of stores) await store.close();
  };
  return { remembers: handles.length === 1, usesWrittenIn: 1100, next, end };
}

// Each step goes to a server, and some tests take thousands.
vi.setConfig({ testTimeout: 120_000 });

describePostgres('a store', () => {
  const databases = twoDatabases();
  const benches = [
    ['PostgreSQL', () => benchOn(databases.slice(0, 1))],
    ['PostgreSQL through two handles by turns', () => benchOn(databases)],
  ] as const;

  for (const contract of CONTRACTS) for (const [kind, bench] of benches) contract(kind, bench);
});
