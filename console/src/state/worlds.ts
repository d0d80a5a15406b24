import { computed, signal } from '@preact/signals';
import { addressOf, ask, askAll } from '../control-api/client.ts';
import type { WorldInfo } from '../control-api/types.ts';
import { offerUndo } from './undo.ts';

/** Every world of the server, the default world first; empty before they are known. */
export const worlds = signal<readonly WorldInfo[]>([]);

/** The world that the page is of, by the path or the host name that leads into it; undefined before it is known. */
export const here = computed(() => {
  const below = addressOf('');
  const all = worlds.value;
  if (below !== '') return all.find(({ url }) => new URL(url).pathname === below);
  return all.find(({ hostUrl }) => hostUrl !== null && new URL(hostUrl).host === location.host) ?? all[0];
});

export async function refreshWorlds(): Promise<void> {
  worlds.value = await askAll<WorldInfo>('worlds');
}

/** Puts this world back to its seed. @returns a sentence that says so @throws as the control API does */
export async function resetWorld(): Promise<string> {
  await ask('POST', '/_mock/reset');
  offerUndo(null);
  return 'The world is as its seed has it.';
}

/** The console of a world, below the host that the page is of. @param place what comes after the path */
export function consoleOf({ url }: WorldInfo, place: string): string {
  return `${new URL(url).pathname}/${place}`;
}
