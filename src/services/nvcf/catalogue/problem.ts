import type { ErrorForm, RefusalContext } from '../../../contract/service.ts';
import type { Problem, ProblemKind } from '../../../decisions/problem.ts';
import type { Outcome } from '../../../responses/outcome.ts';
import { PROBLEM_JSON, renderProblemDetails } from '../../../responses/problem-details.ts';
import { redact } from '../../../text/redact.ts';
import type {} from './reasons.ts';
import { GATEWAY_ERRORS, TEXTS } from './texts.ts';

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';

/** Error formats that `renderProblem` produces. */
export const ERRORS: readonly ErrorForm[] = [
  { schema: 'CatalogueProblem', mediaType: PROBLEM_JSON },
  { schema: 'ModelError', mediaType: JSON_TYPE },
  { schema: null, mediaType: 'text/plain' },
  null,
];

/** The response header that identifies what refused a request. */
type Source = 'gateway_rejected' | 'gateway_proxy_error' | 'upstream_status';

/** Renders a problem like the gateway, or like the functions behind it. */
export function renderProblem(problem: Problem, about: RefusalContext): Outcome {
  const outcome = renderAsGateway(problem, about);
  if (outcome !== null) return withSource('gateway_rejected', outcome);
  if (problem.message === 'Bad Gateway') return withSource('gateway_proxy_error', BAD_GATEWAY);
  const upstream = renderAsFunction(problem, about);
  const isOfMock = MOCK_KINDS.has(problem.kind) || (problem.kind === 'invalid_request' && about.caller === null);
  return isOfMock ? upstream : withSource('upstream_status', upstream);
}

/** Refusals specific to the mock, which neither the gateway nor a function would send. */
const MOCK_KINDS: ReadonlySet<ProblemKind> = new Set([
  'foreign_page',
  'too_large',
  'unsupported_media_type',
  'path_too_long',
  'bad_path',
  'headers_too_large',
  'timeout',
  'expectation_failed',
  'internal',
  'beyond_documentation',
  'storage_full',
  'storage_failing',
]);

function withSource(source: Source, outcome: Outcome): Outcome {
  return { ...outcome, headers: { ...outcome.headers, 'nvcf-error-source': source } };
}

/** A text response like Go's `http.Error`. */
function plainText(status: number, text: string): Outcome {
  return {
    status,
    headers: { 'content-type': TEXT, 'x-content-type-options': 'nosniff' },
    body: Buffer.from(`${text}\n`),
  };
}

/** JSON without a content type, which Go sends as text. */
function jsonAsText({ message, code }: { readonly message: string; readonly code: string }): Outcome {
  const error = { message, type: 'invalid_request_error', param: null, code };
  return { status: 400, headers: { 'content-type': TEXT }, body: Buffer.from(`${JSON.stringify({ error })}\n`) };
}

function problemDocument(status: number, title: string, detail: string): Outcome {
  return { status, headers: { 'content-type': PROBLEM_JSON }, body: { type: 'about:blank', title, status, detail } };
}

const BAD_GATEWAY = problemDocument(502, 'Bad Gateway', 'Upstream request failed.');

/** Paths that take the model from the body. */
const INTEGRATE = /^\/integrate\//;

/** Returns null if the gateway itself does not refuse the request. */
function renderAsGateway(problem: Problem, { path, operation }: RefusalContext): Outcome | null {
  const { kind, reason, message } = problem;
  switch (reason) {
    case 'reserved_header':
      return plainText(400, message);
    case 'body_not_decoded':
      // The newer path of Anthropic's API uses a different status.
      return plainText(operation === 'createMessage' ? 400 : 500, message);
    case 'model_missing':
      return jsonAsText(GATEWAY_ERRORS.modelMissing);
    case 'unknown_model':
      return plainText(404, message);
    case 'model_offline':
      return problemDocument(503, 'Service Unavailable', message);
    case 'model_retired':
      return problemDocument(410, 'Gone', message);
    default:
  }
  if (kind === 'unknown_path') return plainText(404, TEXTS.noPage);
  if (kind === 'method_not_allowed') return { status: 405, headers: { allow: problem.allow.join(', ') } };
  return kind === 'too_large' && INTEGRATE.test(path) ? jsonAsText(GATEWAY_ERRORS.tooLarge) : null;
}

function renderAsFunction(problem: Problem, about: RefusalContext): Outcome {
  const { kind, reason, message } = problem;
  if (kind === 'unauthenticated') {
    if (reason === 'no_token') return unauthorized(TEXTS.noAuthorization);
    // Without a reason, it is an injected fault.
    const isUnusableHeader = reason === undefined || reason === 'wrong_scheme' || reason === 'multiple_authorization';
    return isUnusableHeader
      ? unauthorized(TEXTS.otherAuthorization)
      : shortProblem(403, 'Forbidden', AUTHORIZATION_FAILED);
  }
  // Without a caller, it is an injected fault, or the mock cannot parse the body.
  if (kind === 'invalid_request' && about.caller !== null) return modelError(message);
  const { status, body } = renderProblemDetails(problem);
  return shortProblem(status, body.title, describeProblem(problem, about));
}

const AUTHORIZATION_FAILED = 'Authorization failed';

function unauthorized(text: string): Outcome {
  return { status: 401, headers: { 'content-type': TEXT }, body: Buffer.from(text) };
}

function shortProblem(status: number, title: string, detail: string | undefined): Outcome {
  const body = { status, title, ...(detail !== undefined && detail !== '' && { detail }) };
  return { status, headers: { 'content-type': PROBLEM_JSON }, body };
}

function describeProblem({ kind, message }: Problem, { decision, caller, params }: RefusalContext): string | undefined {
  switch (kind) {
    case 'forbidden':
      return message || AUTHORIZATION_FAILED;
    case 'not_found':
      // Without a decision, it is an injected fault.
      if (decision === null) return undefined;
      return params['requestId'] === undefined
        ? `Function '${decision.resources?.target ?? ''}': Not found for account '${caller?.principal.account ?? ''}'`
        : `Request id '${redact(params['requestId'])}': Not found`;
    case 'payment_required':
      return 'Cloud credits expired';
    case 'too_many_requests':
      return undefined;
    default:
      return message;
  }
}

/** Renders a refusal by the model itself, in one of the formats that models use. */
export function modelError(message: string): Outcome & { readonly status: 400 } {
  const error = { message, type: 'invalid_request_error', param: null, code: null };
  return { status: 400, headers: { 'content-type': JSON_TYPE }, body: { error } };
}
