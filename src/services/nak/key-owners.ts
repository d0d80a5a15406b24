import type { Instant } from '../../lib/clock.ts';
import { Collection } from '../../store/collection.ts';
import type { Change } from '../../store/row.ts';
import { createNgcKeyRow, type Issuance, issuedKeysLabelOf, NGC_KEYS, type NgcKeyRow } from '../ngc-keys/records.ts';
import { findKeys, type KeyContext } from './issued-keys.ts';

/** An owner of keys. Exists after the first key was created. */
export interface KeyOwner {
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly statusUpdatedAt: Instant;
}

export const KEY_OWNERS = new Collection<KeyOwner>('nak.owners');

/** Finds an owner; null if it never had a key. Owners of keys from a seed have no row. */
export async function findOwner(context: KeyContext, id: string): Promise<KeyOwner | null> {
  const row = await KEY_OWNERS.byId(context.store.collections, id);
  if (row !== null) return row.body;
  const [oldest] = await findKeys(context, id, null);
  return oldest === undefined ? null : { status: 'ACTIVE', statusUpdatedAt: oldest.key.createdAt };
}

/** Suspends or resumes an owner and all its keys, in one transaction. */
export function saveOwner({ store: { collections } }: KeyContext, id: string, owner: KeyOwner): Promise<void> {
  const isOwnerSuspended = owner.status === 'SUSPENDED';
  return collections.updating(async (commit) => {
    const before = await KEY_OWNERS.byId(collections, id);
    const keys = await NGC_KEYS.ofLabel(collections, issuedKeysLabelOf(id));
    await commit([
      KEY_OWNERS.put({ ...createOwnerRow(id, owner), ...(before !== null && { revision: before.revision }) }),
      ...keys.map((row) => changeIssuance(row, { isOwnerSuspended })),
    ]);
  });
}

/** Returns the change of the key service's part of a key. */
function changeIssuance(row: NgcKeyRow, change: Partial<Issuance>): Change {
  const { body, revision } = row;
  if (body.issuance === undefined) return NGC_KEYS.put(row);
  return NGC_KEYS.put({ ...createNgcKeyRow({ ...body, issuance: { ...body.issuance, ...change } }), revision });
}

/** Builds the row of an owner, which belongs to no organisation. */
export function createOwnerRow(id: string, body: KeyOwner) {
  return KEY_OWNERS.row({ id, owner: '', parent: null, body });
}
