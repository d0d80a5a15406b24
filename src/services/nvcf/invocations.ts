import type { Instant } from '../../lib/clock.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/row.ts';
import type { FunctionRow } from './functions.ts';

/** How long a result stays available, in milliseconds: an hour, as the vendor documents. */
export const INVOCATION_LIFETIME_MS = 3_600_000;

export interface Invocation {
  /** The service that was called. Only its own polls find the result. */
  readonly service: 'nvcf' | 'catalogue';
  readonly functionId: string;
  readonly versionId: string;
  readonly createdAt: Instant;
  readonly readyAt: Instant;
  /** Absent for an echo without input. */
  readonly answer?: unknown;
}

/** The target of an invocation: one version, or all versions of a function. */
export type InvocationTarget = FunctionRow | readonly FunctionRow[];

export type InvocationRow = Row<Invocation, string>;

export const INVOCATIONS = new Collection<Invocation, string>('nvcf.invocations');
