import type { EventCount } from '../decisions/explaining/hints/token-usage.ts';
import { type ActivityBudgets, createActivityBudgets } from '../journal/activity-log.ts';
import type { Instant } from '../lib/clock.ts';
import { createSharedCache, estimateBytes, MEGABYTE, Quota, type SharedCache } from '../lib/memory.ts';
import type { VerifiedClaims } from '../tokens/verify.ts';

/** The memory shared by the worlds of a process, besides their state. Caches evict, quotas refuse. */
export interface Budgets extends ActivityBudgets {
  /** verified tokens */
  readonly tokens: SharedCache<VerifiedClaims>;
  /** how clients treat their tokens */
  readonly tokenUsage: SharedCache<EventCount>;
  /** when credentials were deleted */
  readonly deleted: SharedCache<Instant>;
  /** hashes of earlier secrets, for hiding them */
  readonly secrets: SharedCache<true>;
  readonly faults: Quota;
}

/** Creates the budgets. Each process needs only one. */
export function createBudgets(): Budgets {
  return {
    ...createActivityBudgets(),
    tokens: createSharedCache<VerifiedClaims>(6 * MEGABYTE, estimateBytes),
    tokenUsage: createSharedCache(MEGABYTE / 4),
    deleted: createSharedCache(MEGABYTE / 4),
    secrets: createSharedCache(4 * MEGABYTE),
    faults: new Quota(8 * MEGABYTE),
  };
}
