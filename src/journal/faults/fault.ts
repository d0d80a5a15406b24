import type { BrokenAt, FaultAction as DocumentedAction } from '../../../generated/library.ts';
import { type Instant, isInstant } from '../../lib/clock.ts';
import { isRecord } from '../../lib/members.ts';
import type { Match } from '../match.ts';

/** The document's types, so that a table that lacks one of the values does not compile. */
export type { BrokenAt, SpoiledBody } from '../../../generated/library.ts';

export interface FaultAction extends Pick<DocumentedAction, 'status' | 'answer' | 'drop' | 'body'> {
  /** The `Retry-After` header (RFC 9110, 10.2.3) in seconds; `end`: the seconds until the fault ends. */
  readonly retryAfter?: number | 'end';
  /** The range of the delay. */
  readonly delay?: { readonly min: number; readonly max: number };
  /** Execute the operation first. */
  readonly after?: true;
}

/** The requests that a fault matches, its schedule and its effect. */
export interface FaultOrder {
  readonly match: Match;
  /** The share of matching requests to inject the fault into, above 0 and up to 1. `seed` determines the sequence. */
  readonly probability: number;
  readonly seed: string;
  /** Maximum number of injections, after which the fault ends; null: no limit. */
  readonly times: number | null;
  /** Number of matching requests to skip first. */
  readonly after: number;
  readonly action: FaultAction;
  /** When the fault ends, on its world's clock; null: not by time. */
  readonly until: Instant | null;
}

export interface Fault extends FaultOrder {
  readonly id: string;
  /** Unique in a world, and increasing in the order of addition. */
  readonly place: number;
  readonly createdAt: Instant;
  readonly seen: number;
  readonly fired: number;
  /** The id of the fault that was last injected instead of this one; null if there was none. */
  readonly shadowedBy: string | null;
  /** When the fault ended, by `times` or `until`; null while it is in force. An ended fault is only listed. */
  readonly ended: Instant | null;
  /** Marks a removed fault that is kept only for its place: it is never injected or listed. */
  readonly isGone?: true;
}

/** Returns whether a stored fault has what it was stored with, as far as a list needs it. */
export function isWholeFault(stored: unknown): boolean {
  const { id, place, match, action, createdAt, until, ended, seen, fired }: Partial<Fault> = Object(stored);
  return (
    typeof id === 'string' &&
    isRecord(match) &&
    isRecord(action) &&
    [place, seen, fired].every(Number.isInteger) &&
    [createdAt, until ?? createdAt, ended ?? createdAt].every(isInstant)
  );
}

/** Returns when a fault is injected: before the deciding steps, or once the response, with its status, is finished. */
export function momentOf(action: FaultAction): 'request' | 'answer' {
  if (action.after === true) return 'answer';
  const { status, answer, delay } = action;
  return (status ?? answer ?? delay) !== undefined || hidesStatus(action) ? 'request' : 'answer';
}

/** Returns whether the connection breaks before the client can read the status. */
export function hidesStatus({ drop }: { readonly drop?: BrokenAt | undefined }): boolean {
  return drop !== undefined && HIDES_STATUS[drop];
}

const HIDES_STATUS: Readonly<Record<BrokenAt, boolean>> = { before: true, headers: true, body: false };

/** Describes a fault that ended without being injected, for the log: a test that relied on it proves nothing. */
export function describeUnused({ id, match, ...fault }: Fault): string | null {
  if (fault.fired > 0) return null;
  const criteria = Object.entries(match).filter(([member, value]) => member !== 'body' && value !== undefined);
  const requests = criteria.map(([member, value]) => `${member} \`${String(value)}\``).join(', ');
  return `the fault ${id} (${requests === '' ? 'any request' : requests}) was never injected: ${describeReason(fault)}`;
}

function describeReason({ seen, after, shadowedBy }: Pick<Fault, 'seen' | 'after' | 'shadowedBy'>): string {
  if (shadowedBy !== null) return `the fault ${shadowedBy}, which takes precedence, was injected instead`;
  if (seen === 0) return 'no request matched';
  if (seen <= after) return `it skips the first ${after} matching requests, and only ${seen} arrived`;
  return `its probability skipped all ${seen} matching requests`;
}
