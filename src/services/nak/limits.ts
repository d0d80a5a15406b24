import { AUDIENCES, type Audience } from '../../ngc-keys/audiences.ts';

/** The limits of a service's keys: those of the sample configuration, which are the same for every service. */
export const LIMITS = {
  /** The most keys of an owner, expired and suspended ones included. */
  keys: 8,
  /** The longest lifetime of a key, in days. */
  days: 365,
  /** The longest authorizations, in characters of JSON. */
  characters: 2048,
  /** The least time between two writes of a key's authorizations, in seconds. */
  seconds: 3,
} as const;

/** How long an expired key is kept, in milliseconds. */
export const KEPT = 2 * 24 * 60 * 60 * 1000;

/** A service in the vendor's form. */
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
