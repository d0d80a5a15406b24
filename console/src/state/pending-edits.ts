import { ask } from '../control-api/client.ts';
import { reportChange } from './changes.ts';

/** The warning before pending edits are applied. */
export const APPLY_WARNING = 'All pending edits of keys take effect immediately. This cannot be undone.';

/** Puts all pending key edits into effect. @returns a sentence with their number @throws like the control API */
export async function applyEdits(): Promise<string> {
  const { flushed } = await ask<{ flushed: unknown[] }>('POST', '/_mock/propagation/flush', {});
  reportChange('keys', 'clock');
  return flushed.length === 1 ? '1 edit has taken effect.' : `${flushed.length} edits have taken effect.`;
}
