import type { Instant } from '../../core/clock.ts';
import type { Row } from '../../store/collections.ts';

/** Where the store keeps invocations that were not answered at once. */
export const INVOCATIONS = 'nvcf.invocations';
/** How long an invocation can be asked for, in milliseconds; an hour, as published. */
export const INVOCATION_LIFETIME = 3_600_000;

/** An invocation that takes its time. */
export interface Invocation {
  readonly functionId: string;
  readonly versionId: string;
  readonly createdAt: Instant;
  /** From here on its answer can be had. */
  readonly readyAt: Instant;
  readonly answer: unknown;
}

export interface InvocationRow extends Row {
  readonly body: Invocation;
}

export function isGone({ createdAt }: Invocation, now: Instant): boolean {
  return createdAt + INVOCATION_LIFETIME <= now;
}
