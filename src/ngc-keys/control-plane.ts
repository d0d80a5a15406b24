import type { About, ErrorForm } from '../contract/service.ts';
import { Problem, type ProblemKind } from '../decisions/problem.ts';
import type { DenyReason } from '../decisions/reasons.ts';
import { own } from '../objects/members.ts';
import type { Outcome } from '../responses/outcome.ts';
import { PROBLEM_JSON, problemDetails } from '../responses/problem-details.ts';

/** The forms of `renderControlPlane`. */
export const CONTROL_PLANE_ERRORS: readonly ErrorForm[] = [{ schema: 'Problem', mediaType: PROBLEM_JSON }, null];

/** The types that the control planes publish, by HTTP status. */
const TYPES: Readonly<Record<number, string>> = {
  400: 'bad-request',
  401: 'unauthorized',
  402: 'payment-required',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  422: 'unprocessable-entity',
  429: 'too-many-requests',
};

/** Refusals by their framework, which have no type of their own. */
const UNTYPED: ReadonlySet<ProblemKind> = new Set([
  'bad_path',
  'method_not_allowed',
  'unsupported_media_type',
  'too_large',
  'path_too_long',
  'headers_too_large',
  'timeout',
  'expectation_failed',
  'internal',
  'beyond_documentation',
  'storage_full',
  'storage_failing',
]);

const INVALID_TOKEN =
  'Bearer error="invalid_token", error_description="Bearer token is malformed", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"';

/** A rejected key is answered with 403, every other bearer token with 401. */
const KEY_REASONS: ReadonlySet<DenyReason | undefined> = new Set([
  'malformed_key',
  'foreign_key',
  'unknown_key',
  'expired_key',
  'disabled_key',
  'suspended_key',
  'suspended_owner',
]);

/** Is the credential of the request a key that is not accepted? */
export function isRefusedKey({ kind, reason }: Problem): boolean {
  return kind === 'unauthenticated' && KEY_REASONS.has(reason);
}

/** A rejected key gets the same text whatever is wrong with it. */
export const REFUSED_KEY = 'Authorization failed';

/**
 * Is the caller a key of another service, at a self-hosted one? The evaluation of the key service does not allow it
 * there, so it is answered as a key that is not good.
 */
export function isKeyOfOtherService({ decision, settings }: Pick<About, 'decision' | 'settings'>): boolean {
  return settings.nvcf === 'open-source' && decision?.reason === 'service_not_enabled';
}

/**
 * Renders a problem as the control planes of Cloud Functions and Cloud Tasks do.
 *
 * @param path as requested, without its query
 * @param detail the vendor's words for it
 */
export function renderControlPlane(problem: Problem, path: string, detail: string): Outcome {
  if (problem.kind === 'unauthenticated' && !isRefusedKey(problem)) {
    const challenge = problem.reason === 'unsupported_token' ? INVALID_TOKEN : 'Bearer';
    return { status: 401, headers: { 'www-authenticate': challenge } };
  }
  const { status, headers, body } = problemDetails(problem);
  if (problem.kind === 'invalid_request') {
    // A message in brackets is the vendor's own, with the member that was refused.
    const what = problem.message.startsWith('[') ? problem.message : `[message=${problem.message}]`;
    const why = `Validation failed: ${what}`;
    return { status, headers, body: { ...body, detail: why, instance: path } };
  }
  const sentStatus = problem.kind === 'unauthenticated' ? 403 : status;
  const type = TYPES[sentStatus];
  if (type === undefined || UNTYPED.has(problem.kind)) return { status, headers, body: { ...body, instance: path } };
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

/** Refuses a request in the vendor's words. @throws Problem if the condition holds */
export function refuseIf(
  condition: boolean,
  text: string,
  values: Readonly<Record<string, string | number>> = {},
): void {
  if (condition) refuse(text, values);
}

/** @throws Problem in the vendor's words */
export function refuse(text: string, values: Readonly<Record<string, string | number>> = {}): never {
  throw new Problem('bad_state', fillText(text, values));
}

/** Fills `{name}` in a text of the vendor; unknown names become empty. */
export function fillText(template: string, values: Readonly<Record<string, string | number | undefined>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(own(values, name) ?? ''));
}
