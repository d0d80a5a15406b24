import type { ErrorForm, RefusalContext } from '../../../contract/service.ts';
import type { Problem, ProblemKind } from '../../../decisions/problem.ts';
import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { PROBLEM_JSON, renderProblemDetails } from '../../../decisions/responses/problem-details.ts';
import { redact } from '../../../lib/redact.ts';
import { renderLlmProblem, renderMessagesError } from '../llm-problem.ts';
import type {} from './reasons.ts';
import { GATEWAY_ERRORS, TEXTS } from './texts.ts';

const TEXT_TYPE = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';

const AUTHORIZATION_FAILED = 'Authorization failed';

export const ERRORS: readonly ErrorForm[] = [
  { schema: 'CatalogueProblem', mediaType: PROBLEM_JSON },
  { schema: 'ModelError', mediaType: JSON_TYPE },
  { schema: 'MessagesError', mediaType: JSON_TYPE },
  { schema: 'GatewayError', mediaType: JSON_TYPE },
  { schema: null, mediaType: 'text/plain' },
  null,
];

type ErrorSource = 'gateway_rejected' | 'gateway_proxy_error' | 'upstream_status';

/** The kinds of problems that only the mock has. Neither the gateway nor a function would send them. */
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
  'storage_full',
  'storage_failing',
]);

export function renderProblem(problem: Problem, context: RefusalContext): Outcome {
  const isMessage = context.operation === 'createMessage';
  const outcome = (isMessage ? renderMessageRefusal(problem) : null) ?? renderAsGateway(problem, context);
  if (outcome !== null) return addSource('gateway_rejected', outcome);
  if (problem.message === 'Bad Gateway')
    return addSource('gateway_proxy_error', isMessage ? MESSAGE_BAD_GATEWAY : BAD_GATEWAY);
  const upstream = isMessage ? renderLlmProblem(problem, context) : renderAsFunction(problem, context);
  // Without a caller, the fault is injected, or the mock cannot parse the body.
  const isWithoutCaller = problem.kind === 'invalid_request' && upstream.status === 400 && context.caller === null;
  return MOCK_KINDS.has(problem.kind) || isWithoutCaller ? upstream : addSource('upstream_status', upstream);
}

function addSource(source: ErrorSource, outcome: Outcome): Outcome {
  return { ...outcome, headers: { ...outcome.headers, 'nvcf-error-source': source } };
}

/** Renders a text like Go's `http.Error`. */
function renderPlainText(status: number, text: string): Outcome {
  return {
    status,
    headers: { 'content-type': TEXT_TYPE, 'x-content-type-options': 'nosniff' },
    body: Buffer.from(`${text}\n`),
  };
}

/** Renders an error in OpenAI's format. The gateway sets no content type, so Go sends it as text. */
function renderJsonAsText({ message, code }: { readonly message: string; readonly code: string }): Outcome {
  const error = { message, type: 'invalid_request_error', param: null, code };
  return { status: 400, headers: { 'content-type': TEXT_TYPE }, body: Buffer.from(`${JSON.stringify({ error })}\n`) };
}

function renderProblemDocument(status: number, title: string, detail: string): Outcome {
  return { status, headers: { 'content-type': PROBLEM_JSON }, body: { type: 'about:blank', title, status, detail } };
}

const UPSTREAM_FAILED = 'Upstream request failed.';
const BAD_GATEWAY = renderProblemDocument(502, 'Bad Gateway', UPSTREAM_FAILED);
const MESSAGE_BAD_GATEWAY = renderMessagesError(502, 'api_error', UPSTREAM_FAILED);

/** Renders a refusal by the gateway in the format of Anthropic's API; null if it has the format of other paths. */
function renderMessageRefusal({ reason, message }: Problem): Outcome | null {
  if (reason === 'unknown_model') return renderMessagesError(404, 'not_found_error', TEXTS.modelNotFound);
  if (reason === 'body_not_decoded' || reason === 'model_missing')
    return renderMessagesError(400, 'invalid_request_error', message);
  return message === 'Client Closed Request' ? renderMessagesError(499, 'api_error', message) : null;
}

const INTEGRATE_PATH = /^\/integrate\//;

/** Renders a refusal by the gateway itself; null if it would forward the request to a function. */
function renderAsGateway(problem: Problem, { path }: RefusalContext): Outcome | null {
  const { kind, reason, message } = problem;
  switch (reason) {
    case 'reserved_header':
      return renderPlainText(400, message);
    case 'body_not_decoded':
      return renderPlainText(500, message);
    case 'model_missing':
      return renderJsonAsText(GATEWAY_ERRORS.modelMissing);
    case 'unknown_model':
      return renderPlainText(404, message);
    case 'model_offline':
      return renderProblemDocument(503, 'Service Unavailable', message);
    case 'model_retired':
      return renderProblemDocument(410, 'Gone', message);
    default:
      // Other refusals of the gateway have no reason of the catalogue.
      break;
  }
  if (kind === 'unknown_path') return renderPlainText(404, TEXTS.noPage);
  if (kind === 'method_not_allowed') return { status: 405, headers: { allow: problem.allow.join(', ') } };
  return kind === 'too_large' && INTEGRATE_PATH.test(path) ? renderJsonAsText(GATEWAY_ERRORS.tooLarge) : null;
}

function renderAsFunction(problem: Problem, context: RefusalContext): Outcome {
  const { kind, reason, message } = problem;
  if (kind === 'unauthenticated') {
    if (reason === 'no_token') return renderUnauthorized(TEXTS.noAuthorization);
    // Without a reason, it is an injected fault.
    const isUnusableHeader = reason === undefined || reason === 'wrong_scheme' || reason === 'multiple_authorization';
    return isUnusableHeader
      ? renderUnauthorized(TEXTS.otherAuthorization)
      : renderShortProblem(403, 'Forbidden', AUTHORIZATION_FAILED);
  }
  // Without a caller, it is an injected fault, or the mock cannot parse the body.
  if (kind === 'invalid_request' && context.caller !== null) return renderModelError(message);
  const { status, body } = renderProblemDetails(problem);
  return renderShortProblem(status, body.title, describeProblem(problem, context));
}

function renderUnauthorized(text: string): Outcome {
  return { status: 401, headers: { 'content-type': TEXT_TYPE }, body: Buffer.from(text) };
}

function renderShortProblem(status: number, title: string, detail: string | undefined): Outcome {
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
export function renderModelError(message: string): Outcome & { readonly status: 400 } {
  const error = { message, type: 'invalid_request_error', param: null, code: null };
  return { status: 400, headers: { 'content-type': JSON_TYPE }, body: { error } };
}
