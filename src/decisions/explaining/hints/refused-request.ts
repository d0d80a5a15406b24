import type { Instant } from '../../../lib/clock.ts';
import { decodeClaims } from '../../../lib/compact-jwt.ts';
import type { Decision } from '../../decision.ts';
import type { Problem } from '../../problem.ts';
import type { Sourced } from '../../rule.ts';
import type { Settings } from '../../ruleset.ts';

/** A refused request as it arrived, with the reason: the input of all hints. */
export interface RefusedRequest {
  /** Null if no service owns the path. */
  readonly service: string | null;
  readonly serviceTitle: string | null;
  /** Null if the service has no such operation. */
  readonly operation: string | null;
  /** The format of the operation's body; null without an operation or a body. */
  readonly bodyForm: 'json' | 'form' | 'bytes' | null;
  readonly method: string;
  /** As it arrived, below its world. */
  readonly path: string;
  /** All parameters as sent; if repeated, the last value. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Lines by lower-case name. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The credential in the only `Authorization` header; null if there is none, or more than one. */
  readonly credential: SentCredential | null;
  /** The start of the body; null if it was not read. */
  readonly text: string | null;
  /** Members of the body, or fields of the form; empty if it was unreadable. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly problem: Pick<Problem, 'kind' | 'reason' | 'message'>;
  readonly decision: Decision | null;
  readonly settings: Settings;
  /** The time on the world's clock. */
  readonly now: Instant;
  /** Scheme and authority of the request, with the world's prefix if there is one. */
  readonly origin: string;
  readonly world: {
    readonly id: string;
    /** The prefix of the world's authorization codes. */
    readonly grantMark: string;
    readonly resetAt: Instant | null;
    /** The time on the world's clock before that reset; null if there was none. */
    readonly clockBeforeReset: Instant | null;
  };
  /** How often this expired token was refused, including now; 0 if it has not expired. */
  readonly refusalCount: number;
  /** All operations; empty if the request matched one. */
  readonly servedPaths: readonly ServedPath[];
  /** The operation in other versions, if the running version lacks it. */
  readonly otherVersions: OtherVersions | null;
}

export interface ServedPath {
  readonly method: string;
  /** As in its document: `/api/v1/access-keys/{accessKeyId}`. */
  readonly path: string;
  readonly segments: readonly string[];
  /** The host that serves it at a shortened path, if there is one. */
  readonly atHost?: { readonly host: string; readonly path: string };
}

export interface SentCredential {
  /** In lower case, such as `bearer`; empty if the header is a single word. */
  readonly scheme: string;
  readonly text: string;
  /** The unverified claims, if the credential is a JWT. */
  readonly claims: Readonly<Record<string, unknown>> | null;
}

export function parseCredential(line: string): SentCredential {
  const header = line.trim();
  const separator = header.search(/\s/);
  const text = separator < 0 ? header : header.slice(separator).trimStart();
  return { scheme: separator < 0 ? '' : header.slice(0, separator).toLowerCase(), text, claims: decodeClaims(text) };
}

/** Returns a string claim; an empty string for any other claim. */
export function claimOf({ credential }: Pick<RefusedRequest, 'credential'>, name: string): string {
  const claim = credential?.claims?.[name];
  return typeof claim === 'string' ? claim : '';
}

/** Returns the lines of a header. @param name in lower case */
export function linesOf({ headers }: Pick<RefusedRequest, 'headers'>, name: string): readonly string[] {
  return headers.get(name) ?? [];
}

/** Advice about a request, refused or not. */
export interface Hint {
  /** As in `docs/reference/why-was-i-refused.md`. */
  readonly code: string;
  /** One or two sentences: what was wrong, what was expected, what to do. Without secrets. */
  readonly text: string;
  /** What to send instead, if the path was wrong; the path is below the world. */
  readonly request?: { readonly method: string; readonly path: string };
}

/** Detects one mistake. Its source is the vendor or a standard. */
export interface HintRule extends Sourced {
  readonly code: string;
  /** The mistake, for `docs/reference/why-was-i-refused.md`. */
  readonly symptom: string;
  /** Whether any further hint would contradict this one. */
  readonly isOnly?: true;
  /** Returns the hint, or null. Takes linear time, never throws, and describes sent values only by their kind. */
  readonly when: (refused: RefusedRequest) => string | Pick<Hint, 'text' | 'request'> | null;
}

export interface OtherVersions {
  /** Oldest first; empty for an operation that a version removed and no version of the mock has. */
  readonly profiles: readonly string[];
  /** The vendor's version that removed such an operation. */
  readonly removedIn?: string;
  /** The replacement in later versions, such as `GET /api/v1/access-keys`. */
  readonly replacedBy?: string;
}

/** Returns the violation of recorded traffic that calls this operation. */
export function describeOtherVersionsViolation(other: OtherVersions): string {
  const { profiles, removedIn, replacedBy } = other;
  const owners =
    removedIn === undefined ? `only ${profiles.join(', ')} has this operation` : `${removedIn} removed this operation`;
  return `${owners}${replacedBy === undefined ? '' : `; its replacement is ${replacedBy}`}`;
}
