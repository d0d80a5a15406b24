/** Limits for keys, from the sample configuration. They are the same for all services. */
export const LIMITS = {
  /** Maximum number of keys of an owner, including expired and suspended ones. */
  maxKeys: 8,
  maxLifetimeDays: 365,
  /** Maximum length of authorizations, in characters of JSON. */
  maxAuthorizationsLength: 2048,
  /** Minimum time between two updates of a key's authorizations, in seconds. */
  minUpdateIntervalSeconds: 3,
} as const;

/** How long an expired key can still be read. */
export const EXPIRED_KEY_RETENTION_MS = 2 * 24 * 60 * 60 * 1000;
