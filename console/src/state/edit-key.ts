import { ask, nullIfNotFound } from '../control-api/client.ts';
import { reportChange } from './changes.ts';
import type { NgcKey } from './keys.ts';
import type { Undoable } from './undo.ts';

/** Returns the number of the newest version, in effect or pending; 0 for keys without versions. */
function newestVersion({ history }: NgcKey): number {
  return Math.max(0, ...history.map(({ version }) => version));
}

/** Returns some members of a key. Policy members are from the newest version, because an edit replaces that one. */
function pickMembers(key: NgcKey, names: readonly string[]) {
  const newest = key.history.find(({ version }) => version === newestVersion(key)) ?? key.policy;
  const all: Readonly<Record<string, unknown>> = { ...key, ...newest };
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

/** Returns a string that changes with every edit of the key. */
function formatState(key: NgcKey, names: readonly string[]): string {
  return JSON.stringify([newestVersion(key), pickMembers(key, names)]);
}

/**
 * Edits an NGC key through the control API.
 *
 * @param change the members to change
 * @returns the key, and how to undo the edit while it is the newest; null if it cannot be undone
 * @throws RefusalError with the control API's message
 */
export async function editKey(
  id: string,
  change: object,
): Promise<{ readonly key: NgcKey; readonly undo: Undoable | null }> {
  const path = `/_mock/keys/${encodeURIComponent(id)}`;
  const names = Object.keys(change).filter((name) => name !== 'force');
  const before = await ask<NgcKey>('GET', path);
  const former = pickMembers(before, names);
  const key = await ask<NgcKey>('PATCH', path, change);
  reportChange('keys', 'clock');
  // An edit cannot remove a member, except the expiry: it cannot unbind a key, for example.
  const isIrreversible = Object.entries(former).some(
    ([name, value]) => (value ?? null) === null && name !== 'expiresAt',
  );
  if (isIrreversible) return { key, undo: null };
  const stored = formatState(key, names);
  const { name } = before;
  const obstacle = async () => {
    const current = await ask<NgcKey>('GET', path).catch(nullIfNotFound);
    if (current === null) return `The key \`${name}\` was deleted.`;
    return formatState(current, names) === stored
      ? null
      : `The key \`${current.name}\` has been edited since, so this edit cannot be undone.`;
  };
  const undo = async () => {
    await ask('PATCH', path, { ...former, force: true });
    reportChange('keys', 'clock');
    return `The key \`${name}\` is back to its state before the edit.`;
  };
  return { key, undo: { text: `The key \`${name}\` was edited.`, guard: { topics: ['keys'], obstacle }, undo } };
}

export const APPLY_WARNING = 'All pending edits of keys take effect immediately. This cannot be undone.';

/** Puts all pending key edits into effect. @returns a sentence with their number @throws like the control API */
export async function applyEdits(): Promise<string> {
  const { flushed } = await ask<{ flushed: unknown[] }>('POST', '/_mock/propagation/flush', {});
  reportChange('keys', 'clock');
  return flushed.length === 1 ? '1 edit has taken effect.' : `${flushed.length} edits have taken effect.`;
}
