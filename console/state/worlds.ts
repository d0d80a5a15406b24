import { computed, signal } from '@preact/signals';
import { addressOf, askAll } from '../control-api/client.ts';
import type { WorldInfo } from '../control-api/types.ts';

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

/** The console of a world, below the host that the page is of. @param place what comes after the path */
export function consoleOf({ url }: WorldInfo, place: string): string {
  return `${new URL(url).pathname}/${place}`;
}
