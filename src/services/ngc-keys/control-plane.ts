import type { ErrorForm, RefusalContext } from '../../contract/service.ts';
import { Problem, type ProblemKind } from '../../decisions/problem.ts';
import type { DenyReason } from '../../decisions/reasons.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { PROBLEM_JSON, renderProblemDetails } from '../../decisions/responses/problem-details.ts';
import { own } from '../../lib/members.ts';

export const CONTROL_PLANE_ERRORS: readonly ErrorForm[] = [{ schema: 'Problem', mediaType: PROBLEM_JSON }, null];

/** Published problem types, by HTTP status. */
const PROBLEM_TYPES: Readonly<Record<number, string>> = {
  400: 'bad-request',
  401: 'unauthorized',
  402: 'payment-required',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  422: 'unprocessable-entity',
  429: 'too-many-requests',
};

/** Errors raised by the vendor's framework, which sets no problem type. */
const UNTYPED_PROBLEMS: ReadonlySet<ProblemKind> = new Set([
  'bad_path',
  'method_not_allowed',
  'unsupported_media_type',
  'too_large',
  'path_too_long',
  'headers_too_large',
  'timeout',
  'expectation_failed',
  'internal',
  'storage_full',
  'storage_failing',
]);

const INVALID_TOKEN =
  'Bearer error="invalid_token", error_description="Bearer token is malformed", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"';

/** A rejected key gets 403, any other bearer token 401. */
const KEY_REASONS: ReadonlySet<DenyReason | undefined> = new Set([
  'malformed_key',
  'foreign_key',
  'unknown_key',
  'expired_key',
  'disabled_key',
  'suspended_key',
  'suspended_owner',
]);

export function isRefusedKey({ kind, reason }: Problem): boolean {
  return kind === 'unauthenticated' && KEY_REASONS.has(reason);
}

/** The same text for every rejected key. */
export const REFUSED_KEY_TEXT = 'Authorization failed';

/** The key service evaluates a key for another service as invalid, so the response is that for an invalid key. */
export function isKeyOfOtherService({ decision, settings }: RefusalContext): boolean {
  return settings.nvcf === 'open-source' && decision?.reason === 'service_not_enabled';
}

/** @param path the request path, without the query @param detail the vendor's text for the problem */
export function renderControlPlaneProblem(problem: Problem, path: string, detail: string): Outcome {
  if (problem.kind === 'unauthenticated' && !isRefusedKey(problem)) {
    const challenge = problem.reason === 'unsupported_token' ? INVALID_TOKEN : 'Bearer';
    return { status: 401, headers: { 'www-authenticate': challenge } };
  }
  const { status, headers, body } = renderProblemDetails(problem);
  if (problem.kind === 'invalid_request') {
    // A message in brackets is the vendor's text and already names the member.
    const violations = problem.message.startsWith('[') ? problem.message : `[message=${problem.message}]`;
    const validationDetail = `Validation failed: ${violations}`;
    return { status, headers, body: { ...body, detail: validationDetail, instance: path } };
  }
  const sentStatus = problem.kind === 'unauthenticated' ? 403 : status;
  const type = PROBLEM_TYPES[sentStatus];
  if (type === undefined || UNTYPED_PROBLEMS.has(problem.kind))
    return { status, headers, body: { ...body, instance: path } };
  return {
    status: sentStatus,
    headers,
    body: {
      type: `urn:nv-boot:problem-details:${type}`,
      title: sentStatus === 403 ? 'Forbidden' : body.title,
      status: sentStatus,
      detail,
      instance: path,
    },
  };
}

/** Refuses a request with a text of the vendor. @throws Problem if the condition is true */
export function refuseIf(condition: boolean, text: string, values: Readonly<Record<string, string | number>> = {}) {
  if (condition) refuse(text, values);
}

export function refuse(text: string, values: Readonly<Record<string, string | number>> = {}): never {
  throw new Problem('bad_state', fillText(text, values));
}

/** Replaces each `{name}` in a text of the vendor; an unknown name becomes an empty string. */
export function fillText(template: string, values: Readonly<Record<string, string | number | undefined>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(own(values, name) ?? ''));
}
