import type { Context } from '../../contract/request.ts';
import type { Instant } from '../../lib/clock.ts';
import { Collection } from '../../store/collection.ts';
import { createNgcKeyRow, keyLabelOf, NGC_KEYS } from '../ngc-keys/records.ts';
import { findKeys } from './issued-keys.ts';

/** An owner of keys. Exists after the first key was created. */
export interface KeyOwner {
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly statusUpdatedAt: Instant;
}

export const KEY_OWNERS = new Collection<KeyOwner>('nak.owners');

/** Finds an owner; null if it never had a key. Owners of keys from a seed have no row. */
export async function findOwner(context: Context, id: string): Promise<KeyOwner | null> {
  const row = await KEY_OWNERS.byId(context.store.collections, id);
  if (row !== null) return row.body;
  const [oldest] = await findKeys(context, id, null);
  return oldest === undefined ? null : { status: 'ACTIVE', statusUpdatedAt: oldest.key.createdAt };
}

/** Suspends or resumes an owner and all its keys, in one transaction. */
export function saveOwner({ store: { collections } }: Context, id: string, owner: KeyOwner): Promise<void> {
  const isOwnerSuspended = owner.status === 'SUSPENDED';
  return collections.updating(async (commit) => {
    const before = await KEY_OWNERS.byId(collections, id);
    const keys = await NGC_KEYS.ofLabel(collections, keyLabelOf('issued to', id));
    await commit([
      KEY_OWNERS.put({ ...createOwnerRow(id, owner), ...(before !== null && { revision: before.revision }) }),
      ...keys.map((row) => {
        const { body, revision } = row;
        if (body.issuance === undefined) return NGC_KEYS.put(row);
        const issuance = { ...body.issuance, isOwnerSuspended };
        return NGC_KEYS.put({ ...createNgcKeyRow({ ...body, issuance }), revision });
      }),
    ]);
  });
}

export function createOwnerRow(id: string, body: KeyOwner) {
  return KEY_OWNERS.row({ id, owner: '', parent: null, body });
}
