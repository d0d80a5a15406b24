import type { Instant } from '../../core/clock.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/collections.ts';
import type { FunctionRow } from './functions.ts';

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

/** What an invocation is sent to: one version, or those of a function. */
export type Invoked = FunctionRow | readonly FunctionRow[];

/** Its parent is the version that it went to. */
export type InvocationRow = Row<Invocation, string>;

/** Those that were not answered at once. */
export const INVOCATIONS = new Collection<Invocation, string>('nvcf.invocations');

export function isGone({ createdAt }: Invocation, now: Instant): boolean {
  return createdAt + INVOCATION_LIFETIME <= now;
}
