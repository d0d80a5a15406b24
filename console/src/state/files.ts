import { send } from '../control-api/client.ts';
import { currentWorld } from './worlds.ts';

/** Reads a file from the control API. Not a plain link, which could not send the admin token. @throws like `send` */
export async function readFile(path: string): Promise<Blob> {
  return (await send('GET', path)).blob();
}

/** Returns a file name for a download, with the world and the machine's time. */
export function createFileName(extension: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  return `nv-auth-mock-${currentWorld.value?.id ?? 'default'}-${time}${extension}`;
}
