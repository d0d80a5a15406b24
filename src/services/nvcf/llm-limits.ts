import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Instant } from '../../lib/clock.ts';
import { Collection } from '../../store/collection.ts';
import { requireAccount } from './caller.ts';
import type { FunctionRow } from './functions.ts';

export interface Bucket {
  readonly left: number;
  readonly at: Instant;
}

export type Buckets = Readonly<Record<string, Bucket>>;

/** The buckets of all accounts, one row per account and model. */
const LLM_BUCKETS = new Collection<Buckets>('nvcf.llm-buckets');

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** Milliseconds per unit, in the order in which the gateway picks the limit to report. */
const PERIODS_MS: ReadonlyMap<string, number> = new Map([
  ['S', 1000],
  ['M', 60 * 1000],
  ['H', HOUR_MS],
  ['D', DAY_MS],
  ['W', 7 * DAY_MS],
  // Only a seed can set months, because the API refuses them. The vendor does not publish their length.
  ['MO', 30 * DAY_MS],
]);

interface Limit {
  readonly unit: string;
  readonly tokens: number;
  readonly periodMs: number;
}

/** A number of tokens and a unit, such as `10-S`. */
const LIMIT = /^ *([1-9]\d{0,14}) *- *([A-Z]{1,2}) *$/;

/** Parses limits such as `10-S, 5-MO`. Returns them in the order of the units, without invalid parts. */
export function parseLimits(text: string): readonly Limit[] {
  const tokensByUnit = new Map<string, number>();
  for (const part of text.split(',')) {
    const [, tokens, unit] = LIMIT.exec(part) ?? [];
    if (unit !== undefined) tokensByUnit.set(unit, Number(tokens));
  }
  return [...PERIODS_MS].flatMap(([unit, periodMs]) => {
    const tokens = tokensByUnit.get(unit);
    return tokens === undefined ? [] : [{ unit, tokens, periodMs }];
  });
}

export interface TokensOfRequest {
  /** The maximum that the request may need, which must be available. */
  readonly reserved: number;
  readonly used: number;
}

export interface Admission {
  readonly isAdmitted: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

const UNLIMITED: Admission = { isAdmitted: true, headers: {} };

/** Refills buckets on each request, in whole tokens: fractions are lost, as in the published gateway. */
export async function takeTokens(
  context: AuthenticatedContext,
  version: FunctionRow,
  model: string,
  { reserved, used }: TokensOfRequest,
): Promise<Admission> {
  const { models = [] } = version.body.definition;
  const llmConfig = models.find(({ name }) => name === model)?.llmConfig;
  const limits = parseLimits(llmConfig?.tokenRateLimit ?? '');
  if (limits.length === 0) return UNLIMITED;
  const { now, store } = context;
  const account = requireAccount(context);
  const id = JSON.stringify([account, version.parent, model]);
  return store.collections.updating(async (commit) => {
    const stored = await LLM_BUCKETS.byId(store.collections, id);
    const remainingLimits = limits.map((limit) => refillBucket(limit, stored?.body[limit.unit], now));
    const isAdmitted = remainingLimits.every(({ left }) => left >= reserved);
    if (isAdmitted) {
      const body = Object.fromEntries(
        remainingLimits.map(({ unit, left }) => [unit, { left: Math.max(0, left - used), at: now }]),
      );
      const row = LLM_BUCKETS.row({ id, owner: account, parent: null, body });
      await commit([LLM_BUCKETS.put(stored === null ? row : { ...row, revision: stored.revision })]);
    }
    return { isAdmitted, headers: createRateLimitHeaders(remainingLimits, reserved, isAdmitted) };
  });
}

type RemainingLimit = Limit & { readonly left: number };

/** The gateway advises against a retry if the client would have to wait longer. */
const MAX_RETRY_SECONDS = 60;

/** Returns a limit with the tokens that its bucket has now. The bucket of a first request is full. */
function refillBucket(limit: Limit, bucket: Bucket | undefined, now: Instant): RemainingLimit {
  if (bucket === undefined) return { ...limit, left: limit.tokens };
  const refill = Math.floor((Math.max(0, now - bucket.at) * limit.tokens) / limit.periodMs);
  return { ...limit, left: Math.min(limit.tokens, bucket.left + refill) };
}

/** Creates headers that report the limit with the shortest unit. Those of a refusal also say when, and whether, to retry. */
function createRateLimitHeaders(remainingLimits: readonly RemainingLimit[], reserved: number, isAdmitted: boolean) {
  const [first] = remainingLimits;
  if (first === undefined) return {};
  const remaining = isAdmitted ? first.left - reserved : first.left;
  const headers = {
    'x-ratelimit-limit-tokens': String(first.tokens),
    'x-ratelimit-remaining-tokens': String(remaining),
    'x-ratelimit-reset-tokens': formatGoDuration(computeRefillMs(first, first.tokens - remaining)),
  };
  if (isAdmitted) return headers;
  const seconds = Math.ceil(
    Math.max(...remainingLimits.map((limit) => computeRefillMs(limit, reserved - limit.left))) / 1000,
  );
  return {
    ...headers,
    'retry-after': String(seconds),
    ...(seconds > MAX_RETRY_SECONDS && { 'x-should-retry': 'false' }),
  };
}

function computeRefillMs({ tokens, periodMs }: Limit, refill: number): number {
  return (Math.max(0, refill) / tokens) * periodMs;
}

/** Formats a duration like Go, such as `1m0.5s`, in whole milliseconds. The shortest result is `1ms`. */
export function formatGoDuration(milliseconds: number): string {
  const wholeMs = Math.max(1, Math.trunc(milliseconds));
  if (wholeMs < 1000) return `${wholeMs}ms`;
  const seconds = `${(wholeMs % 60_000) / 1000}s`;
  const minutes = Math.trunc(wholeMs / 60_000);
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.trunc(minutes / 60)}h${minutes % 60}m${seconds}`;
}
