import type { Context } from '../../contract/request.ts';
import { hashSecret } from '../../credentials/secret.ts';
import { deleteKey } from '../../ngc-keys/keyring.ts';
import { Collection } from '../../store/collection.ts';
import { NotFound } from '../../store/errors.ts';
import type { Ports } from './ports.ts';

/** What a setup created and a teardown removes. `createdAt` distinguishes a world from a later one with the same id. */
export type Undo =
  | { readonly kind: 'key' | 'fault'; readonly id: string }
  | { readonly kind: 'world'; readonly id: string; readonly createdAt: number };

/**
 * One row for each setup that can be undone. Rows survive a restart. A reset of the world deletes them together with
 * their keys and faults.
 */
export const SETUPS = new Collection<Undo>('control.setups');

/** A setup, identified by its state, parameters and consumer. */
export interface Setup {
  readonly state: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly consumer: string | null;
}

/** Records what a setup created. @returns what an earlier run of the same setup created, or null */
export function recordSetup({ store, world }: Context, setup: Setup, undo: Undo): Promise<Undo | null> {
  const id = hashSetup(world.id, setup);
  const row = createSetupRow(id, undo);
  return store.collections.updating(async (commit) => {
    const previous = await SETUPS.byId(store.collections, id);
    const nextRow = previous === null ? row : { ...row, revision: previous.revision };
    await commit([SETUPS.put(nextRow)]);
    return previous?.body ?? null;
  });
}

export function createSetupRow(id: string, undo: Undo) {
  return SETUPS.row({ id, owner: undo.kind, parent: null, body: undo });
}

/** Deletes the record of a setup. @returns what the setup created, or null */
export function removeSetup({ store, world }: Context, setup: Setup): Promise<Undo | null> {
  return store.collections.updating(async (commit) => {
    const row = await SETUPS.byId(store.collections, hashSetup(world.id, setup));
    if (row !== null) await commit([SETUPS.remove(row)]);
    return row?.body ?? null;
  });
}

/** Removes what a setup created, if it still exists. */
export async function undoSetup(ports: Ports, { store, world }: Context, undo: Undo): Promise<void> {
  if (undo.kind === 'fault') await world.faults.remove(undo.id);
  if (undo.kind === 'key') await deleteKey({ store, world }, undo.id).catch(ignoreMissing);
  if (undo.kind !== 'world') return;
  const { id, createdAt } = undo;
  const exists = ports.worlds.list().some((world) => world.id === id && world.createdAt === createdAt);
  if (exists) await ports.worlds.delete(id);
}

function ignoreMissing(thrown: unknown): void {
  if (!(thrown instanceof NotFound)) throw thrown;
}

/** Hashed, because parameters may contain secrets. Includes the world's id, because copies of a world copy the rows. */
function hashSetup(world: string, { state, params, consumer }: Setup): string {
  return hashSecret(JSON.stringify([world, state, consumer, params], sortMembers));
}

/** Sorts members, because a client may send them in a different order next time. */
function sortMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
