import { readInfo } from './info.ts';

/** How long worlds and snapshots are kept, as a sentence: the server was started with a database, or without one. */
export async function readLifetime(): Promise<string> {
  const { store } = await readInfo();
  return store.kind === 'memory'
    ? 'Worlds and snapshots are in memory: all of them end with the process. Start it with --data to keep them, or download snapshots.'
    : 'Worlds and snapshots are kept in the database. Requests, decisions, findings and drills may end with the process.';
}
