import { send } from '../control-api/client.ts';
import { here } from './worlds.ts';

/** What the control API answers, to be saved. A link could not ask: it has no place for the admin token. @throws as `send` does */
export async function readFile(path: string): Promise<Blob> {
  return (await send('GET', path)).blob();
}

/** Sends a file to the control API, as it is. @throws as `send` does */
export async function sendFile<Answer>(path: string, file: File): Promise<Answer> {
  // Of the type that the document of the control API gives it.
  return (await (await send('POST', path, { body: file })).json()) as Answer;
}

/** The name of a file of this world. @param about what it is of; default: the time of the machine */
export function fileName(ending: string, about = new Date().toISOString().slice(0, 19).replaceAll(':', '')): string {
  return `nv-auth-mock-${here.value?.id ?? 'default'}-${about}${ending}`;
}
