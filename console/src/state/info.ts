import { ask, type Info } from '../control-api/client.ts';
import { createQuery } from './query.ts';

/** Reads the server's configuration, which never changes while it runs. */
export const readInfo = createQuery([], () => ask<Info>('GET', '/_mock/info'));

/** Returns a sentence about how long worlds and snapshots are kept, which depends on the database. */
export async function readLifetime(): Promise<string> {
  const { store } = await readInfo();
  return store.kind === 'memory'
    ? 'Worlds and snapshots are in memory and end with the process. Start it with --data to keep them.'
    : 'Worlds and snapshots are kept in the database. Requests and decisions may end with the process.';
}
