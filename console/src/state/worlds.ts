import { computed, signal } from '@preact/signals';
import { addressOf, ask, askAll, type Snapshot, type WorldInfo } from '../control-api/client.ts';
import { SNAPSHOT_NAME } from './move-clock.ts';
import { createQuery } from './query.ts';
import { offerUndo } from './undo.ts';

/** All worlds of the server, the default world first; empty while unknown. */
export const worlds = signal<readonly WorldInfo[]>([]);

/** The world of this page, by its path or host; undefined while unknown. */
export const currentWorld = computed(() => {
  const path = addressOf('');
  const all = worlds.value;
  if (path !== '') return all.find(({ url }) => new URL(url).pathname === path);
  return all.find(({ hostUrl }) => hostUrl !== null && new URL(hostUrl).host === location.host) ?? all[0];
});

export async function refreshWorlds(): Promise<void> {
  worlds.value = await askAll<WorldInfo>('worlds');
}

/** Resets this world to its seed. @returns a sentence that reports the result @throws like the control API */
export async function resetWorld(): Promise<string> {
  await ask('POST', '/_mock/reset');
  offerUndo(null);
  return 'The world was reset to its seed.';
}

/** Returns the path of a world's console on this host. @param hash the rest of the address */
export function consolePathOf({ url }: WorldInfo, hash: string): string {
  return `${new URL(url).pathname}/${hash}`;
}

/** Reads the snapshots of this world, without the one for Undo. */
export const readSnapshots = createQuery(['snapshots'], async () =>
  (await askAll<Snapshot>('snapshots')).filter(({ name }) => name !== SNAPSHOT_NAME),
);
