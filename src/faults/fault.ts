import type { BrokenAt, FaultAction as DocumentedAction } from '../../generated/library.ts';
import type { Match } from '../journal/match.ts';
import type { Instant } from '../time/clock.ts';

/** Types of the document, so that a table that lacks one of their values does not compile. */
export type { BrokenAt, SpoiledBody } from '../../generated/library.ts';

/** The effect of a fault. Times are in milliseconds. */
export interface FaultAction extends Pick<DocumentedAction, 'status' | 'answer' | 'drop' | 'body'> {
  /** The header `Retry-After` (RFC 9110, 10.2.3) in seconds; `end`: the seconds until the fault ends. */
  readonly retryAfter?: number | 'end';
  /** The range of the request's delay. */
  readonly delay?: { readonly min: number; readonly max: number };
  /** The operation is performed first. */
  readonly after?: true;
}

/** The requests that a fault matches, its schedule and its effect. */
export interface FaultOrder {
  readonly match: Match;
  /** The share of matching requests that it is injected into, above 0 and up to 1. `seed` determines the sequence. */
  readonly probability: number;
  readonly seed: string;
  /** How often it is injected at most; null: without a limit. */
  readonly times: number | null;
  /** How many matching requests it lets pass first. */
  readonly after: number;
  readonly action: FaultAction;
  /** When it ends, by the clock of its world; null: it stays until it is removed. */
  readonly until: Instant | null;
  /** The drill that it is part of; null if there is none. */
  readonly drill: string | null;
}

/** A fault with its counters. */
export interface Fault extends FaultOrder {
  readonly id: string;
  /** It rises in the order of addition, and is unique in a world. */
  readonly place: number;
  readonly createdAt: Instant;
  /** How many requests it matched. */
  readonly seen: number;
  /** How many requests it was injected into. */
  readonly fired: number;
  /** The id of the fault that was last injected in its place; null if there was none. */
  readonly shadowedBy: string | null;
  /** The fault was removed, and is kept only for its place: it is never injected, and no list shows it. */
  readonly isGone?: true;
}

/**
 * When a fault is injected: `request` before the deciding steps, `answer` once the answer is finished. Only `answer`
 * can be chosen by status or reason.
 */
export function momentOf(action: FaultAction): 'request' | 'answer' {
  if (action.after === true) return 'answer';
  const { status, answer, delay } = action;
  return (status ?? answer ?? delay) !== undefined || hidesStatus(action) ? 'request' : 'answer';
}

/** Does the connection break before the client can read the status? */
export function hidesStatus({ drop }: { readonly drop?: BrokenAt | undefined }): boolean {
  return drop !== undefined && HIDES_STATUS[drop];
}

const HIDES_STATUS: Readonly<Record<BrokenAt, boolean>> = { before: true, headers: true, body: false };
