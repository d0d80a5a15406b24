import { AUDIENCES, type Audience } from '../../ngc-keys/audiences.ts';

/** Limits for keys, from the sample configuration. They are the same for all services. */
export const LIMITS = {
  /** Maximum number of keys of an owner, including expired and suspended ones. */
  keys: 8,
  /** Maximum lifetime of a key, in days. */
  days: 365,
  /** Maximum length of authorizations, in characters of JSON. */
  characters: 2048,
  /** Minimum time between two updates of a key's authorizations, in seconds. */
  seconds: 3,
} as const;

/** How long an expired key is kept, in milliseconds. */
export const KEPT = 2 * 24 * 60 * 60 * 1000;

/** Renders a service as the vendor does. */
export function serviceView({ id, name }: Audience) {
  return {
    service_id: id,
    service_name: name,
    audience_service_ids: [id],
    max_api_keys_per_user: LIMITS.keys,
    max_api_key_ttl_days: LIMITS.days,
    max_authz_size_chars: LIMITS.characters,
    min_authz_update_interval_seconds: LIMITS.seconds,
  };
}

export function serviceOf(id: string): Audience | undefined {
  return AUDIENCES.find((one) => one.id === id);
}
