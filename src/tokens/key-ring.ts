import type { Instant } from '../core/clock.ts';
import type { SigningKey } from './keys.ts';

/** The half of a key that may be known. */
export type PublicKey = Pick<SigningKey, 'algorithm' | 'kid' | 'publicKey' | 'publicJwk'>;

/** A key that has been replaced. */
export interface RetiredKey {
  readonly key: PublicKey;
  /** From then on its tokens do not count, and nobody is given it. */
  readonly until: Instant;
}

/** The keys of a world at one time. */
export interface KeyRing {
  /** What new tokens are signed with. */
  readonly current: SigningKey;
  /** Those before it, newest first. Some are over: they are kept so that a refusal can say so. */
  readonly retired: readonly RetiredKey[];
}

/** How long a replaced key still counts, in milliseconds. */
export const OVERLAP = 10 * 60_000;

/** How many replaced keys are known. */
const MOST_RETIRED = 8;

/** The ring after a rotation; the oldest key leaves it if there are too many. */
export function rotateRing({ current, retired }: KeyRing, next: SigningKey, now: Instant): KeyRing {
  const { algorithm, kid, publicKey, publicJwk } = current;
  const replaced = { key: { algorithm, kid, publicKey, publicJwk }, until: now + OVERLAP };
  return { current: next, retired: [replaced, ...retired].slice(0, MOST_RETIRED) };
}

/** The keys whose tokens count, the current one first. */
export function keysInForce({ current, retired }: KeyRing, now: Instant): readonly PublicKey[] {
  return [current, ...retired.filter(({ until }) => now < until).map(({ key }) => key)];
}

/** The key of this id: in force, over, or null if the ring never had it. */
export function keyOf(
  { current, retired }: KeyRing,
  kid: string | undefined,
  now: Instant,
): { readonly key: PublicKey; readonly overSince: Instant | null } | null {
  if (kid === current.kid) return { key: current, overSince: null };
  const found = retired.find(({ key }) => key.kid === kid);
  return found === undefined ? null : { key: found.key, overSince: now < found.until ? null : found.until };
}
