import type { Decision } from '../../decisions/decision.ts';
import type { Problem } from '../../decisions/problem.ts';
import type { Sourced } from '../../decisions/rule.ts';
import type { Settings } from '../../definitions/settings.ts';
import type { Instant } from '../../time/clock.ts';
import { decodeClaims } from '../../tokens/compact.ts';
import type { OfOtherVersions } from '../other-versions.ts';

/** A refused request as it arrived, and why it was refused: the input of all hints. */
export interface RefusedRequest {
  /** Null if no service owns the path. */
  readonly service: string | null;
  /** The display name of the service. */
  readonly serviceTitle: string | null;
  /** Null if the service has no such operation. */
  readonly operation: string | null;
  /** The form of the operation's body; null without an operation or a body. */
  readonly bodyForm: 'json' | 'form' | 'bytes' | null;
  readonly method: string;
  /** As it arrived, below its world. */
  readonly path: string;
  /** All parameters as sent; of repeated ones the last. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Lines by lower-case name. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The credential of the only header `Authorization`; null if there is none, or more than one. */
  readonly credential: SentCredential | null;
  /** The beginning of the body; null if it was not read. */
  readonly text: string | null;
  /** Members of the body, or fields of the form; none if it was not readable. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly problem: Pick<Problem, 'kind' | 'reason' | 'message'>;
  readonly decision: Decision | null;
  readonly settings: Settings;
  /** The time on the clock of the world. */
  readonly now: Instant;
  /** Scheme and authority of the request, with the prefix of its world if it has one. */
  readonly origin: string;
  readonly world: {
    readonly id: string;
    /** The prefix of its authorization codes. */
    readonly grantMark: string;
    /** When it was last reset; null if never. */
    readonly resetAt: Instant | null;
    /** The time on its clock before that reset; null if there was none. */
    readonly clockBeforeReset: Instant | null;
  };
  /** How often this expired token was refused, including this time; 0 if it has not expired. */
  readonly repeats: number;
  /** All operations; empty if this request reached one. */
  readonly served: readonly ServedPath[];
  /** The operation in other versions, if the running one does not have it. */
  readonly otherVersions: OfOtherVersions | null;
}

/** An operation with the segments of its path. */
export interface ServedPath {
  readonly method: string;
  /** As in its document: `/api/v1/access-keys/{accessKeyId}`. */
  readonly path: string;
  readonly segments: readonly string[];
  /** The host that serves it without the beginning of its path, if one does. */
  readonly atHost?: { readonly host: string; readonly path: string };
}

/** A parsed header `Authorization`. */
export interface SentCredential {
  /** In lower case, such as `bearer`; empty if the header is a single word. */
  readonly scheme: string;
  /** The text after the scheme. */
  readonly text: string;
  /** The unverified claims, if it is a JWT. */
  readonly claims: Readonly<Record<string, unknown>> | null;
}

/** Parses a header `Authorization`. */
export function sentCredential(line: string): SentCredential {
  const whole = line.trim();
  const at = whole.search(/\s/);
  const text = at < 0 ? whole : whole.slice(at).trimStart();
  return { scheme: at < 0 ? '' : whole.slice(0, at).toLowerCase(), text, claims: decodeClaims(text) };
}

/** A claim that is a string; empty for other claims. */
export function claimOf({ credential }: Pick<RefusedRequest, 'credential'>, name: string): string {
  const claim = credential?.claims?.[name];
  return typeof claim === 'string' ? claim : '';
}

/** The lines of a header. @param name in lower case */
export function linesOf({ headers }: Pick<RefusedRequest, 'headers'>, name: string): readonly string[] {
  return headers.get(name) ?? [];
}

/** A likely mistake in a request. */
export interface Hint {
  /** The code of the mistake, as in `docs/reference/hints.md`. */
  readonly code: string;
  /** One or two sentences: what was wrong, what was expected, what to do. ASCII, without secrets. */
  readonly text: string;
}

/** Recognises one mistake. Its source is the vendor or a standard. */
export interface HintRule extends Sourced {
  readonly code: string;
  /** The symptom, for `docs/reference/hints.md`. */
  readonly symptom: string;
  /** The advice, for the same page. */
  readonly advice: string;
  /** Would any further hint contradict it? */
  readonly isOnly?: true;
  /**
   * The text of the hint; null for a request without this mistake. It takes linear time, never throws, and reveals no
   * secret: it describes sent values only by their kind.
   */
  readonly when: (refused: RefusedRequest) => string | null;
}
