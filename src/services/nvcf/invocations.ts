import type { Instant } from '../../core/clock.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/collections.ts';
import type { FunctionRow } from './functions.ts';

/** How long the result of an invocation can be requested, in milliseconds; an hour, as published. */
export const INVOCATION_LIFETIME = 3_600_000;

/** An invocation that takes time. */
export interface Invocation {
  readonly functionId: string;
  readonly versionId: string;
  readonly createdAt: Instant;
  /** From this moment on its answer is available. */
  readonly readyAt: Instant;
  readonly answer: unknown;
}

/** The target of an invocation: one version, or the versions of a function. */
export type Invoked = FunctionRow | readonly FunctionRow[];

/** Its parent is the version that it went to. */
export type InvocationRow = Row<Invocation, string>;

/** Invocations that were not answered at once. */
export const INVOCATIONS = new Collection<Invocation, string>('nvcf.invocations');

export function isGone({ createdAt }: Invocation, now: Instant): boolean {
  return createdAt + INVOCATION_LIFETIME <= now;
}
