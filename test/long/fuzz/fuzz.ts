import fc, { type Arbitrary } from 'fast-check';
import type { Operation } from '../../support/documents.ts';
import { FuzzBatch } from './batch.ts';
import { curlOf } from './curl.ts';
import type { FuzzAnswer, Violation } from './judge.ts';
import type { FuzzRequest } from './requests.ts';
import type { Versions } from './world.ts';

/** What a run came to. */
export interface Figures {
  requests: number;
  readonly statuses: Map<number, number>;
  /** Operations of the documents, and those that succeeded at least once. */
  readonly operations: Set<string>;
  readonly succeeded: Set<string>;
  readonly violations: Map<string, FoundViolation>;
}

/** A violation with how often there was one of its kind, and the smallest request that repeats it. */
export interface FoundViolation {
  count: number;
  readonly sentence: string;
  readonly smallest: string;
}

/** Each violation as a few lines. */
export function unexpected({ violations }: Figures): readonly string[] {
  return [...violations.values()].map(({ count, sentence, smallest }) => `${count} times: ${sentence}\n  ${smallest}`);
}

export interface Plan {
  readonly versions: Versions;
  readonly seed: number;
  readonly requests: number;
  /** Only this batch, to repeat it. */
  readonly batch?: number;
  readonly progress?: (figures: Figures, batch: number) => void;
}

/** Requests to one server; then comes a new one, so that each batch can be repeated by itself. */
export const BATCH = 1000;
/** What was learnt is used from the next round on. */
const ROUND = 50;
/** Requests that look for a smaller one. */
const MAX_TRIES = 400;

/** Without the bias of fast-check towards small values, which knows nothing of what they mean here. */
const ONE = { numRuns: 1, unbiased: true } as const;

/** Sends requests to servers of these versions until there were so many. The same plan sends the same requests. */
export async function fuzz({ versions, seed, requests, batch: only, progress }: Plan): Promise<Figures> {
  const figures: Figures = {
    requests: 0,
    statuses: new Map(),
    operations: new Set(),
    succeeded: new Set(),
    violations: new Map(),
  };
  for (let batch = only ?? 0; figures.requests < requests; batch++) {
    await fuzzBatch(versions, seed, batch, Math.min(BATCH, requests - figures.requests), figures);
    progress?.(figures, batch);
    if (only !== undefined) break;
  }
  return figures;
}

async function fuzzBatch(versions: Versions, seed: number, number: number, max: number, figures: Figures) {
  const batch = await FuzzBatch.open(versions);
  const where = `seed ${seed}, batch ${number}`;
  let left = max;
  batch.onAnswer = async (request, answer) => {
    left -= 1;
    await count(batch, request, answer, figures, where, null);
  };
  try {
    for (const { id } of batch.operations) figures.operations.add(id);
    await batch.prepare((seed + number) >>> 0);
    for (let round = 0; left > 0; round++) {
      batch.freeze();
      for (let index = 0; index < ROUND && left > 0; index++, left--) {
        const place = ((number * 1000 + round) * ROUND + index) >>> 0;
        const values = { seed: mixed(seed, place), ...ONE };
        const operation = batch.operations[(mixed(place, seed) >>> 0) % batch.operations.length] as Operation;
        const requests = batch.requestsOf(operation);
        const [request] = fc.sample(requests, values) as [FuzzRequest];
        const answer = await batch.send(request);
        await count(batch, request, answer, figures, where, { requests, seed: values.seed });
      }
    }
  } finally {
    await batch.close();
  }
}

type Source = { readonly requests: Arbitrary<FuzzRequest>; readonly seed: number } | null;

async function count(
  batch: FuzzBatch,
  request: FuzzRequest,
  answer: FuzzAnswer,
  figures: Figures,
  where: string,
  source: Source,
): Promise<void> {
  const { statuses, succeeded, violations } = figures;
  figures.requests += 1;
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  const reached = batch.judge.reached(request);
  if (reached !== undefined && answer.status < 400) succeeded.add(reached.id);
  const violation = batch.judge.violation(request, answer, batch.secrets);
  if (violation === null) return;
  const known = violations.get(violation.key);
  if (known !== undefined) {
    known.count += 1;
    return;
  }
  const smallest = source === null ? request : await smallestLike(batch, violation, request, source);
  violations.set(violation.key, {
    count: 1,
    sentence: `${violation.sentence} (${where})`,
    smallest: curlOf(smallest, batch.nameOf(smallest)),
  });
}

/** The smallest request that fast-check finds which still violates in the same way, while the server stays as it is. */
async function smallestLike(
  batch: FuzzBatch,
  { key }: Violation,
  first: FuzzRequest,
  { requests, seed }: Exclude<Source, null>,
) {
  let tries = 0;
  const property = fc.asyncProperty(requests, async (request) => {
    if (tries++ > MAX_TRIES) return true;
    const answer = await batch.send(request);
    return batch.judge.violation(request, answer, batch.secrets)?.key !== key;
  });
  const { counterexample } = await fc.check(property, { seed, ...ONE });
  return counterexample?.[0] ?? first;
}

/** Two numbers as one of 32 bits, in which each bit of both counts (the finalizer of MurmurHash3). */
function mixed(one: number, other: number): number {
  let hash = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ other;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
