import { currentWorld } from './worlds.ts';

/** Returns a file name for a download, with the world and the machine's time. */
export function createFileName(extension: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  return `nv-auth-mock-${currentWorld.value?.id ?? 'default'}-${time}${extension}`;
}
