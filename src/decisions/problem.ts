import { type Instant, rfc3339 } from '../lib/clock.ts';
import type { Principal } from './principal.ts';
import type { CredentialReason, ProblemReason } from './reasons.ts';

/** All kinds of failures. Each service's `problem.ts` maps them to the vendor's statuses and messages. */
export type ProblemKind =
  /** the body, a parameter or a header is not what the document requires */
  | 'invalid_request'
  /** the path cannot be decoded */
  | 'bad_path'
  /** no credential, or one that is not accepted, on an operation that needs one */
  | 'unauthenticated'
  /** a token was requested with credentials that are not accepted */
  | 'bad_credentials'
  /** the client is not accepted, with any credentials */
  | 'bad_client'
  /** a token was requested with a grant that this endpoint does not support (RFC 6749, 5.2) */
  | 'unsupported_grant'
  /** a token was requested with a scope that does not exist (RFC 6749, 5.2) */
  | 'invalid_scope'
  /** a service that the mock depends on does not answer */
  | 'unavailable'
  /** the caller's organisation has no subscription */
  | 'payment_required'
  /** the caller is known, but lacks rights */
  | 'forbidden'
  | 'not_found'
  /** no operation has this path */
  | 'unknown_path'
  | 'method_not_allowed'
  /** the body did not arrive in time */
  | 'timeout'
  /** the name already exists */
  | 'conflict'
  /** no more of these may be created */
  | 'limit_reached'
  /** repeated too soon */
  | 'too_many_requests'
  /** a valid request, but not possible in the current state */
  | 'bad_state'
  /** it cannot be deleted, because something else depends on it */
  | 'protected'
  | 'too_large'
  | 'path_too_long'
  | 'unsupported_media_type'
  | 'headers_too_large'
  /** an `Expect` header other than `100-continue` */
  | 'expectation_failed'
  /** a web page calls the mock, or the control API is called under an unknown host name */
  | 'foreign_page'
  /** the path, the host name or a header names a world that does not exist */
  | 'no_such_world'
  /** the control API is called without the admin token of the server */
  | 'no_admin_token'
  /** nothing can be written: the disk is full */
  | 'storage_full'
  /** nothing can be written: the disk fails, or the data file is gone */
  | 'storage_failing'
  /** an error of the mock itself */
  | 'internal';

/** The HTTP status of each kind. A vendor's `problem.ts` may use another. */
export const HTTP_STATUS: Readonly<Record<ProblemKind, number>> = {
  invalid_request: 400,
  bad_path: 400,
  bad_client: 400,
  unsupported_grant: 400,
  invalid_scope: 400,
  bad_credentials: 400,
  limit_reached: 400,
  bad_state: 400,
  protected: 400,
  unauthenticated: 401,
  payment_required: 402,
  forbidden: 403,
  no_admin_token: 401,
  foreign_page: 403,
  not_found: 404,
  unknown_path: 404,
  no_such_world: 404,
  method_not_allowed: 405,
  timeout: 408,
  conflict: 409,
  too_large: 413,
  path_too_long: 414,
  unsupported_media_type: 415,
  expectation_failed: 417,
  too_many_requests: 429,
  headers_too_large: 431,
  internal: 500,
  unavailable: 503,
  storage_failing: 503,
  storage_full: 507,
};

export interface ProblemParts {
  /** The cause in words, for the log and the decision, but not for the client. */
  readonly why?: string | undefined;
  /** For `unauthenticated`, `bad_credentials`, and requests with a credential that must not be sent. */
  readonly reason?: ProblemReason | undefined;
  /** For the same kinds: the principal that the refused credential names, if known. */
  readonly claimed?: Principal | undefined;
  /** For the same kinds: the world that the credential belongs to, if it is another one. */
  readonly ofWorld?: string | undefined;
  /** For the same kinds: the value of `WWW-Authenticate`. */
  readonly challenge?: string | undefined;
  /** For `method_not_allowed`: the methods that the path supports. */
  readonly allow?: readonly string[];
  /** Closes the connection, because no further request can be read from it. */
  readonly close?: boolean;
  /** The seconds of `Retry-After` (RFC 9110, 10.2.3). */
  readonly retryAfter?: number | undefined;
  /** For a body with a content coding: the codings that are accepted, for `Accept-Encoding` (RFC 9110, 15.5.16). */
  readonly acceptEncoding?: string | undefined;
  readonly cause?: unknown;
}

/** A failure: `message` for the client (not needed for `forbidden`, `not_found`), `why` for the log and decision. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  readonly why: string | undefined;
  readonly reason: ProblemReason | undefined;
  readonly claimed: Principal | undefined;
  readonly ofWorld: string | undefined;
  readonly challenge: string | undefined;
  readonly allow: readonly string[];
  readonly close: boolean;
  readonly retryAfter: number | undefined;
  readonly acceptEncoding: string | undefined;

  constructor(kind: ProblemKind, message = '', parts: ProblemParts = {}) {
    super(message, { cause: parts.cause });
    this.kind = kind;
    this.why = parts.why;
    this.reason = parts.reason;
    this.claimed = parts.claimed;
    this.ofWorld = parts.ofWorld;
    this.challenge = parts.challenge;
    this.allow = parts.allow ?? [];
    this.close = parts.close ?? false;
    this.retryAfter = parts.retryAfter;
    this.acceptEncoding = parts.acceptEncoding;
  }

  /** Whether it is about the mock itself, so that no vendor has a message for it. */
  get isMockProblem(): boolean {
    return this.kind === 'no_such_world';
  }

  /** Whether writing to the disk failed. Neither the caller nor the mock is at fault, so the log has a warning. */
  get isStorageProblem(): boolean {
    return this.kind === 'storage_full' || this.kind === 'storage_failing';
  }
}

/** The start of the detail of a refusal whose credential, or its holder, was deleted. */
export const DELETION_PREFIX = 'it was deleted at ';

export function describeDeletion(at: Instant): string {
  return `${DELETION_PREFIX}${rfc3339(at)}`;
}

export function invalidRequest(message: string): Problem {
  return new Problem('invalid_request', message);
}

/** Creates the problem of a refused credential. @param claimed the principal it names, if known */
export function unauthenticatedProblem(
  reason: CredentialReason,
  message: string,
  why?: string,
  claimed?: Principal,
): Problem {
  return new Problem('unauthenticated', message, { reason, why, claimed });
}

/** Creates the problem of refused credentials in a token request. `message` must not say which of them is wrong. */
export function badCredentialsProblem(reason: CredentialReason, message: string, claimed?: Principal): Problem {
  return new Problem('bad_credentials', message, { reason, claimed });
}

/** Converts a thrown value to a Problem: an `internal` one if it is anything else. */
export function problemOf(thrown: unknown): Problem {
  return thrown instanceof Problem
    ? thrown
    : new Problem('internal', 'Internal error of the mock. Its log has the details.', { cause: thrown });
}
