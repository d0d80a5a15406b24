import { ask } from '../control-api/client.ts';
import { changed } from './changes.ts';

/** What is lost by applying pending edits, as a sentence. */
export const APPLYING_LOSES =
  'All pending edits of keys take effect at once. That cannot be undone: they do not wait for their time again.';

/** Lets all pending edits of keys take effect. @returns a sentence that says so @throws as the control API does */
export async function applyEdits(): Promise<string> {
  const { flushed } = await ask<{ flushed: unknown[] }>('POST', '/_mock/propagation/flush', {});
  changed('keys', 'clock');
  return flushed.length === 1 ? '1 edit has taken effect.' : `${flushed.length} edits have taken effect.`;
}
