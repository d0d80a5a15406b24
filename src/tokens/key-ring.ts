import type { Instant } from '../core/clock.ts';
import type { PublicKey, SigningKey } from './keys.ts';

/** A key that has been replaced. */
export interface RetiredKey {
  readonly key: PublicKey;
  /** From then on its tokens are refused, and the key is no longer published. */
  readonly until: Instant;
}

export interface KeyRing {
  /** The key that signs new tokens. */
  readonly current: SigningKey;
  /** Replaced keys, newest first. Keys past their overlap stay, so that a refusal can name the reason. */
  readonly retired: readonly RetiredKey[];
}

/** How long a replaced key stays valid, in milliseconds. */
export const OVERLAP = 10 * 60_000;

/** Replaced keys that are kept at most. */
const MOST_RETIRED = 8;

/** Replaces the current key. Beyond `MOST_RETIRED`, the oldest key is dropped. */
export function rotateRing({ current, retired }: KeyRing, next: SigningKey, now: Instant): KeyRing {
  const { algorithm, kid, publicKey, publicJwk } = current;
  const replaced = { key: { algorithm, kid, publicKey, publicJwk }, until: now + OVERLAP };
  return { current: next, retired: [replaced, ...retired].slice(0, MOST_RETIRED) };
}

/** The keys whose tokens are accepted, the current one first. */
export function keysInForce({ current, retired }: KeyRing, now: Instant): readonly PublicKey[] {
  return [current, ...retired.filter(({ until }) => now < until).map(({ key }) => key)];
}

/** The key of this id, in force or not; null if the ring never had it. */
export function keyOf(
  { current, retired }: KeyRing,
  kid: string | undefined,
  now: Instant,
): { readonly key: PublicKey; readonly overSince: Instant | null } | null {
  if (kid === current.kid) return { key: current, overSince: null };
  const found = retired.find(({ key }) => key.kid === kid);
  return found === undefined ? null : { key: found.key, overSince: now < found.until ? null : found.until };
}
