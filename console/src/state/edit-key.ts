import { ask, nullIfGone } from '../control-api/client.ts';
import { changed } from './changes.ts';
import type { ShownKey } from './keys.ts';
import type { Undoable } from './undo.ts';

/** The members of keys that an edit changes. */
type Changes = Pick<ShownKey, 'name' | 'services' | 'roles' | 'status' | 'expiresAt'> &
  Pick<ShownKey['history'][number], 'scopes' | 'resource'>;

/** The version of a key that was recorded last, whether it is in effect or not. */
function newestOf({ history }: ShownKey): number {
  return Math.max(0, ...history.map(({ version }) => version));
}

/** What a key has of some members: of its policy what was recorded last, as an edit replaces that. */
function membersOf(key: ShownKey, names: readonly string[]): Partial<Changes> {
  const newest = key.history.find(({ version }) => version === newestOf(key)) ?? key.policy;
  const all: Partial<Changes> = { ...key, ...newest };
  return Object.fromEntries(names.map((name) => [name, all[name as keyof Changes]]));
}

/** Another text once somebody has edited the key. */
function stateOf(key: ShownKey, names: readonly string[]): string {
  return JSON.stringify([newestOf(key), membersOf(key, names)]);
}

/**
 * Edits a key of NGC by the control API.
 *
 * @param change the members that are to be others
 * @returns the key, and how the edit is undone while it is the newest; null if it cannot be
 * @throws Refused as the control API says
 */
export async function editKey(
  id: string,
  change: object,
): Promise<{ readonly key: ShownKey; readonly undo: Undoable | null }> {
  const path = `/_mock/keys/${encodeURIComponent(id)}`;
  const names = Object.keys(change).filter((name) => name !== 'force');
  const before = await ask<ShownKey>('GET', path);
  const former = membersOf(before, names);
  const key = await ask<ShownKey>('PATCH', path, change);
  changed('keys', 'clock');
  // No edit says that a key is bound to nothing.
  const isLost = Object.entries(former).some(([name, value]) => (value ?? null) === null && name !== 'expiresAt');
  if (isLost) return { key, undo: null };
  const made = stateOf(key, names);
  const { name } = before;
  const obstacle = async () => {
    const now = await ask<ShownKey>('GET', path).catch(nullIfGone);
    if (now === null) return `The key \`${name}\` was deleted.`;
    return stateOf(now, names) === made
      ? null
      : `The key \`${now.name}\` has been edited since, so this edit cannot be undone.`;
  };
  const undo = async () => {
    await ask('PATCH', path, { ...former, force: true });
    changed('keys', 'clock');
    return `The key \`${name}\` is as it was before the edit.`;
  };
  return { key, undo: { text: `The key \`${name}\` is edited.`, guard: { topics: ['keys'], obstacle }, undo } };
}
