import type { AuthenticatedContext } from '../../contract/request.ts';
import { Collection } from '../../store/collection.ts';
import type { Instant } from '../../time/clock.ts';
import { accountOf } from './caller.ts';
import type { FunctionRow } from './functions.ts';

/** A token bucket: the number of tokens that the last request left in it. */
export interface Bucket {
  readonly left: number;
  readonly at: Instant;
}

/** Buckets by unit. There is one row per calling account and model. */
export type Buckets = Readonly<Record<string, Bucket>>;

export const LLM_BUCKETS = new Collection<Buckets>('nvcf.llm-buckets');

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** Milliseconds per unit, in the order in which the gateway picks the limit to report. */
const PERIODS: ReadonlyMap<string, number> = new Map([
  ['S', 1000],
  ['M', 60 * 1000],
  ['H', HOUR_MS],
  ['D', DAY_MS],
  ['W', 7 * DAY_MS],
  // Only a seed can set months, because the API refuses them. The length is ours.
  ['MO', 30 * DAY_MS],
]);

/** Units of limits. */
export const LLM_UNITS: readonly string[] = [...PERIODS.keys()];

interface Limit {
  readonly unit: string;
  readonly tokens: number;
  readonly period: number;
}

/** Parses limits such as `10-S, 5-MO`, in the order of the units, ignoring invalid parts. */
export function parseLimits(text: string): readonly Limit[] {
  const counts = new Map(
    text.split(',').flatMap((part): [string, number][] => {
      const [, tokens, unit = ''] = /^ *([1-9]\d{0,14}) *- *([A-Z]{1,2}) *$/.exec(part) ?? [];
      return tokens === undefined ? [] : [[unit, Number(tokens)]];
    }),
  );
  return [...PERIODS].flatMap(([unit, period]) => {
    const tokens = counts.get(unit);
    return tokens === undefined ? [] : [{ unit, tokens, period }];
  });
}

/** The tokens that count against the limits of a model. */
export interface TokensOfRequest {
  /** The maximum that the request may need, which must be available. */
  readonly reserved: number;
  /** The tokens taken if the request is admitted. */
  readonly used: number;
}

/** Whether a request is admitted, and the headers with the remaining tokens. */
export interface Admission {
  readonly isAdmitted: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

const UNLIMITED: Admission = { isAdmitted: true, headers: {} };

/**
 * Takes tokens from the caller's buckets for a model. Buckets refill on each request, in whole tokens; fractions are
 * lost, as in the published gateway.
 */
export async function admit(
  context: AuthenticatedContext,
  version: FunctionRow,
  model: string,
  { reserved, used }: TokensOfRequest,
): Promise<Admission> {
  const limits = parseLimits(
    version.body.definition.models?.find(({ name }) => name === model)?.llmConfig?.tokenRateLimit ?? '',
  );
  if (limits.length === 0) return UNLIMITED;
  const { now, store } = context;
  const account = accountOf(context);
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
    return { isAdmitted, headers: rateLimitHeaders(remainingLimits, reserved, isAdmitted) };
  });
}

type RemainingLimit = Limit & { readonly left: number };

function refillBucket(limit: Limit, bucket: Bucket | undefined, now: Instant): RemainingLimit {
  if (bucket === undefined) return { ...limit, left: limit.tokens };
  const refill = Math.floor((Math.max(0, now - bucket.at) * limit.tokens) / limit.period);
  return { ...limit, left: Math.min(limit.tokens, bucket.left + refill) };
}

/** Reports the limit with the shortest unit. A refusal also says when, and whether, to retry. */
function rateLimitHeaders(
  remainingLimits: readonly RemainingLimit[],
  reserved: number,
  isAdmitted: boolean,
): Record<string, string> {
  const [first] = remainingLimits;
  if (first === undefined) return {};
  const remaining = isAdmitted ? first.left - reserved : first.left;
  const headers = {
    'x-ratelimit-limit-tokens': String(first.tokens),
    'x-ratelimit-remaining-tokens': String(remaining),
    'x-ratelimit-reset-tokens': formatGoDuration(refillTime(first, first.tokens - remaining)),
  };
  if (isAdmitted) return headers;
  const seconds = Math.ceil(
    Math.max(...remainingLimits.map((limit) => refillTime(limit, reserved - limit.left))) / 1000,
  );
  return { ...headers, 'retry-after': String(seconds), ...(seconds > 60 && { 'x-should-retry': 'false' }) };
}

/** Returns the refill time, in milliseconds. */
function refillTime({ tokens, period }: Limit, missing: number): number {
  return (Math.max(0, missing) / tokens) * period;
}

/** Formats a duration like Go, such as `1m0.5s`: in milliseconds, at least one. */
export function formatGoDuration(milliseconds: number): string {
  const whole = Math.max(1, Math.trunc(milliseconds));
  if (whole < 1000) return `${whole}ms`;
  const seconds = `${(whole % 60_000) / 1000}s`;
  const minutes = Math.trunc(whole / 60_000);
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.trunc(minutes / 60)}h${minutes % 60}m${seconds}`;
}
