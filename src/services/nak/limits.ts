import { AUDIENCES, type Audience } from '../../ngc-keys/audiences.ts';

/** Limits for keys, from the sample configuration. They are the same for all services. */
export const LIMITS = {
  /** Maximum number of keys of an owner, including expired and suspended ones. */
  maxKeys: 8,
  /** Maximum lifetime of a key, in days. */
  maxLifetimeDays: 365,
  /** Maximum length of authorizations, in characters of JSON. */
  maxAuthorizationsLength: 2048,
  /** Minimum time between two updates of a key's authorizations, in seconds. */
  minUpdateIntervalSeconds: 3,
} as const;

/** How long an expired key can still be read. */
export const EXPIRED_KEY_RETENTION_MS = 2 * 24 * 60 * 60 * 1000;

/** Renders a service as the vendor does. */
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

export function findService(id: string): Audience | undefined {
  return AUDIENCES.find((audience) => audience.id === id);
}
