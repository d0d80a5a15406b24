import type { Schema } from '../../contract/documented.ts';
import type { Context } from '../../contract/request.ts';
import { END_OF_TIME, rfc3339 } from '../../lib/clock.ts';
import type { Audience } from '../ngc-keys/audiences.ts';
import { NGC_KEY_PREFIX } from '../ngc-keys/key-text.ts';
import { describeAuthorizations } from './authorizations.ts';
import { type IssuedKey, statusOf } from './issued-keys.ts';
import type { KeyOwner } from './key-owners.ts';
import { LIMITS } from './limits.ts';

type KeyBody = Schema<'nak', 'Key'>;

/** @param value the key itself, masked or not; undefined to omit it, as in an administrator's look-up */
export function renderKey({ now }: Context, issued: IssuedKey, value: string | undefined): KeyBody {
  const { id, name, issuance, createdAt, expiresAt } = issued.key;
  return {
    id,
    ...(value !== undefined && { value }),
    status: statusOf(issued, now),
    owner_type: 'USER',
    owner_id: issuance.owner,
    issuer_service_id: issuance.issuer,
    audience_service_ids: [...issuance.audiences],
    description: name,
    created_at: rfc3339(createdAt),
    // Only keys from a seed never expire.
    expires_at: rfc3339(expiresAt ?? END_OF_TIME),
  };
}

export async function renderWholeKey(context: Context, issued: IssuedKey, value = maskKey(issued)): Promise<KeyBody> {
  return { ...renderKey(context, issued, value), authorizations: await describeAuthorizations(context, issued) };
}

/** Masks a key as the service does: prefix, ten asterisks and the last three characters. */
export function maskKey({ key: { issuance } }: IssuedKey): string {
  return `${NGC_KEY_PREFIX}${'*'.repeat(10)}${issuance.ending}`;
}

export function renderOwner(id: string, { status, statusUpdatedAt }: KeyOwner): Schema<'nak', 'KeyOwner'> {
  return { owner_type: 'USER', owner_id: id, status, status_updated_at: rfc3339(statusUpdatedAt) };
}

export function renderService({ id, name }: Audience) {
  return {
    service_id: id,
    service_name: name,
    audience_service_ids: [id],
    max_api_keys_per_user: LIMITS.maxKeys,
    max_api_key_ttl_days: LIMITS.maxLifetimeDays,
    max_authz_size_chars: LIMITS.maxAuthorizationsLength,
    min_authz_update_interval_seconds: LIMITS.minUpdateIntervalSeconds,
  };
}
