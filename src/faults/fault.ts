import type { BrokenAt, FaultAction as DocumentedAction } from '../../generated/library.ts';
import type { Instant } from '../core/clock.ts';
import type { Match } from '../journal/match.ts';

/** The kinds that the document lists: a table that lacks one does not compile. */
export type { BrokenAt, SpoiledBody } from '../../generated/library.ts';

/** What a fault does. Times in milliseconds. */
export interface FaultAction extends Pick<DocumentedAction, 'status' | 'drop' | 'body'> {
  /** The header `Retry-After` (RFC 9110, 10.2.3): seconds, or as many as are left until the fault ends. */
  readonly retryAfter?: number | 'end';
  /** How long the request waits: some time between the two. */
  readonly delay?: { readonly min: number; readonly max: number };
  /** What was asked for is done first. */
  readonly after?: true;
}

/** What to strike, when, and how. */
export interface FaultOrder {
  readonly match: Match;
  /** How often it strikes, from above 0 to 1, by a sequence that `seed` determines. */
  readonly probability: number;
  readonly seed: string;
  /** How often it strikes at most; null: as often as there are requests. */
  readonly times: number | null;
  /** How many requests that it fits it lets pass first. */
  readonly after: number;
  readonly action: FaultAction;
  /** When it ends, by the clock of its world; null: it stays until it is removed. */
  readonly until: Instant | null;
  /** The drill that it is part of; null if it stands alone. */
  readonly drill: string | null;
}

/** A fault with what has become of it. */
export interface Fault extends FaultOrder {
  readonly id: string;
  /** It rises in the order in which they were added, and no two faults of a world ever have the same one. */
  readonly place: number;
  readonly createdAt: Instant;
  /** How many requests it fitted. */
  readonly seen: number;
  /** How many it struck. */
  readonly fired: number;
  /** The id of the fault that struck in its place, the last time that one did; null if none did. */
  readonly shadowedBy: string | null;
  /** It was removed, and is kept only for its place: it strikes nothing, and nobody sees it. */
  readonly isGone?: true;
}

/**
 * When a fault strikes: `request` before anything is done, `answer` once the answer is finished. Only the latter can be
 * chosen by status or reason.
 */
export function momentOf(action: FaultAction): 'request' | 'answer' {
  if (action.after === true) return 'answer';
  return action.status !== undefined || action.delay !== undefined || hidesStatus(action) ? 'request' : 'answer';
}

/** Does the connection break before anybody can read a status? */
export function hidesStatus({ drop }: { readonly drop?: BrokenAt | undefined }): boolean {
  return drop !== undefined && HIDES_STATUS[drop];
}

const HIDES_STATUS: Readonly<Record<BrokenAt, boolean>> = { before: true, headers: true, body: false };
