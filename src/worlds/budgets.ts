import type { Stretch } from '../explaining/hints/token-usage.ts';
import { type ActivityBudgets, activityBudgets } from '../journal/activity-log.ts';
import { bytesOf, MEGABYTE } from '../memory/bytes.ts';
import { type SharedCache, sharedCache } from '../memory/caches.ts';
import { Quota } from '../memory/quota.ts';
import type { Instant } from '../time/clock.ts';
import type { VerifiedClaims } from '../tokens/verify.ts';

/** The memory that the worlds of a process share, besides their state: caches evict, and quotas refuse. */
export interface Budgets extends ActivityBudgets {
  /** verified tokens */
  readonly tokens: SharedCache<VerifiedClaims>;
  /** how clients treat their tokens */
  readonly tokenUsage: SharedCache<Stretch>;
  /** when credentials were deleted */
  readonly deleted: SharedCache<Instant>;
  /** hashes of the worlds' earlier secrets, to hide them */
  readonly secrets: SharedCache<true>;
  readonly faults: Quota;
}

/** A kind of cache has one instance in a process. */
export function newBudgets(): Budgets {
  return {
    ...activityBudgets(),
    tokens: sharedCache<VerifiedClaims>(6 * MEGABYTE, bytesOf),
    tokenUsage: sharedCache(MEGABYTE / 4),
    deleted: sharedCache(MEGABYTE / 4),
    secrets: sharedCache(4 * MEGABYTE),
    faults: new Quota(8 * MEGABYTE),
  };
}
