import type { Context } from '../../contract/request.ts';
import type { Instant } from '../../lib/clock.ts';
import { ngcKeysIn } from '../ngc-keys/index.ts';
import {
  type Issuance,
  issuedKeysOwnerOf,
  type KeyInForce,
  keyLabelOf,
  NGC_KEYS,
  type NgcKey,
} from '../ngc-keys/records.ts';
import { EXPIRED_KEY_RETENTION_MS } from './limits.ts';

export interface IssuedKey extends KeyInForce {
  readonly key: KeyInForce['key'] & { readonly issuance: Issuance };
}

/** Finds a key by id and issuance; null if it expired more than two days ago. */
export async function findIssuedKey({ store, now }: Context, id: string, matches: (issuance: Issuance) => boolean) {
  const found = await ngcKeysIn(store).findById(id.toLowerCase(), now);
  return found !== null && isIssued(found) && isRetained(found.key, now) && matches(found.key.issuance) ? found : null;
}

/** Returns the keys of an owner, oldest first. @param issuer null for all issuers */
export async function findKeys({ store, now }: Context, owner: string, issuer: string | null): Promise<IssuedKey[]> {
  const keys = ngcKeysIn(store);
  const rows = await NGC_KEYS.ofLabel(store.collections, keyLabelOf('issued to', owner));
  const found = await Promise.all(rows.map(({ id }) => keys.findById(id, now)));
  return found.filter(
    (key): key is IssuedKey =>
      key !== null &&
      isIssued(key) &&
      isRetained(key.key, now) &&
      (issuer === null || key.key.issuance.issuer === issuer),
  );
}

export function isIssued(found: KeyInForce): found is IssuedKey {
  return found.key.issuance !== undefined;
}

/** Returns whether a key can still be read: expired keys are removed after a while. */
function isRetained({ expiresAt }: Pick<NgcKey, 'expiresAt'>, now: Instant): boolean {
  return expiresAt === null || expiresAt + EXPIRED_KEY_RETENTION_MS > now;
}

/** Returns the status of a key. Expiry depends on the current time. */
export function statusOf({ key }: IssuedKey, now: Instant): 'ACTIVE' | 'SUSPENDED' | 'EXPIRED' {
  if (!key.enabled) return 'SUSPENDED';
  return key.expiresAt !== null && key.expiresAt <= now ? 'EXPIRED' : 'ACTIVE';
}

/** Deletes the keys of an owner that expired more than two days ago, so that they do not count towards the limit. */
export async function deleteExpiredKeys(context: Context, owner: Pick<Issuance, 'issuer' | 'owner'>): Promise<void> {
  const rows = await NGC_KEYS.ofOwner(context.store.collections, issuedKeysOwnerOf(owner));
  const expiredIds = rows.filter(({ body }) => !isRetained(body, context.now)).map(({ id }) => id);
  await ngcKeysIn(context.store).deleteAll(expiredIds);
}
