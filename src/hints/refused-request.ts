import type { Instant } from '../core/clock.ts';
import type { Decision } from '../core/decision.ts';
import type { Problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import { decodeClaims } from '../tokens/compact.ts';

/** A refused request as it arrived, and why it was refused: all that a hint can be told from. */
export interface RefusedRequest {
  /** Null if nothing is served at the path. */
  readonly service: string | null;
  /** What people call that service. */
  readonly serviceTitle: string | null;
  /** Null if the service has no such operation. */
  readonly operation: string | null;
  /** How the operation takes its body; null without an operation, and for one that takes none. */
  readonly bodyForm: 'json' | 'form' | 'bytes' | null;
  readonly method: string;
  /** As it arrived, below its world. */
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  /** Lines by lower-case name. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** What the only header `Authorization` presents; null if there is none, or more than one. */
  readonly credential: SentCredential | null;
  /** The beginning of the body; null if it was not read. */
  readonly text: string | null;
  /** Members of the body, or fields of the form; none if it was not read, or could not be. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly problem: Pick<Problem, 'kind' | 'reason'>;
  readonly decision: Decision | null;
  readonly settings: Settings;
  /** Scheme and authority by which the caller reached this server, with the prefix of their world, if they used it. */
  readonly origin: string;
  readonly world: {
    readonly id: string;
    /** What its refresh tokens and codes begin with. */
    readonly grantMark: string;
    /** When it was last reset; null if it never was. */
    readonly resetAt: Instant | null;
  };
  /** How often the same expired token has been refused, this time included; 0 if it has not expired. */
  readonly repeats: number;
  /** Every operation that is served; empty if this request reached one. */
  readonly served: readonly ServedPath[];
  /** The versions that have this operation, if the running one does not. */
  readonly otherVersions: readonly string[];
}

/** An operation with the segments of its path. */
export interface ServedPath {
  readonly method: string;
  /** As in its document: `/api/v1/access-keys/{accessKeyId}`. */
  readonly path: string;
  readonly segments: readonly string[];
}

/** A header `Authorization`, taken apart. */
export interface SentCredential {
  /** In lower case, such as `bearer`; empty if the header is a single word. */
  readonly scheme: string;
  /** What follows the scheme. */
  readonly text: string;
  /** If it is a JWT, its claims, which nobody has verified. */
  readonly claims: Readonly<Record<string, unknown>> | null;
}

/** Takes a header `Authorization` apart. */
export function sentCredential(line: string): SentCredential {
  const whole = line.trim();
  const at = whole.search(/\s/);
  const text = at < 0 ? whole : whole.slice(at).trimStart();
  return { scheme: at < 0 ? '' : whole.slice(0, at).toLowerCase(), text, claims: decodeClaims(text) };
}

/** A claim that is a text; empty for any other. */
export function claimOf({ credential }: Pick<RefusedRequest, 'credential'>, name: string): string {
  const claim = credential?.claims?.[name];
  return typeof claim === 'string' ? claim : '';
}

/** The lines of a header. @param name in lower case */
export function linesOf({ headers }: Pick<RefusedRequest, 'headers'>, name: string): readonly string[] {
  return headers.get(name) ?? [];
}
