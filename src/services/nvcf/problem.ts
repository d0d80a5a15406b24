import type { ErrorForm, RefusalContext } from '../../contract/service.ts';
import { HTTP_STATUS, type Problem } from '../../decisions/problem.ts';
import {
  CONTROL_PLANE_ERRORS,
  fillText,
  isKeyOfOtherService,
  isRefusedKey,
  REFUSED_KEY,
  renderControlPlane,
} from '../../ngc-keys/control-plane.ts';
import { renderRequestStatus } from '../../ngc-keys/envelope.ts';
import { own } from '../../objects/members.ts';
import type { Outcome } from '../../responses/outcome.ts';
import { PROBLEM_JSON, renderProblemDetails } from '../../responses/problem-details.ts';
import { renderStorageProblem, XML } from './object-storage.ts';
import { TEXTS, type Texts } from './tables/texts.ts';

/** Error formats that `renderProblem` produces. */
export const ERRORS: readonly ErrorForm[] = [
  ...CONTROL_PLANE_ERRORS,
  { schema: 'RequestStatusAnswer', mediaType: 'application/json' },
  { schema: 'LlmProblem', mediaType: 'application/json' },
  { schema: 'ClusterProblem', mediaType: 'application/json' },
  { schema: null, mediaType: XML },
];

/** Error formats that `renderHostProblem` produces. */
export const HOST_ERRORS: readonly ErrorForm[] = [
  { schema: 'InvocationProblem', mediaType: PROBLEM_JSON },
  { schema: null, mediaType: 'text/plain' },
];

/** Paths where the NGC gateway itself reports errors. */
const GATEWAY = /^\/v[23]\/orgs\/[^/]*\/ngc(?:\/|$)|^\/v3\//;

/** Paths of the LLM gateway. */
const LLM = /^\/llm(?:\/|$)/;

/** Paths of instance and cluster management (ICMS). */
const ICMS = /^\/v1\/(?:si\/)?accounts(?:\/|$)/;

/** Renders a problem in the format of Cloud Functions, or of the gateway or object storage that serves the path. */
export function renderProblem(problem: Problem, about: RefusalContext): Outcome {
  if (LLM.test(about.path)) return renderLlmProblem(problem, about);
  if (GATEWAY.test(about.path)) return renderRequestStatus(problem, about.random.uuid());
  if (ICMS.test(about.path)) return renderClusterProblem(problem, about);
  return (
    renderStorageProblem(problem, about) ?? renderControlPlane(problem, about.path, describeProblem(problem, about))
  );
}

/** ICMS has a single `error` member, but refuses bearer tokens like the control plane. */
function renderClusterProblem(problem: Problem, about: RefusalContext): Outcome {
  const detail = describeProblem(problem, about);
  const outcome = renderControlPlane(problem, about.path, detail);
  if (outcome.body === undefined) return outcome;
  const headers = { ...outcome.headers, 'content-type': 'application/json' };
  return { ...outcome, headers, body: { error: detail || renderProblemDetails(problem).body.title } };
}

/** Renders a problem in the format of the invocation plane, for requests to a function's host name. */
export function renderHostProblem(problem: Problem, about: RefusalContext): Outcome {
  if (problem.kind === 'unauthenticated' && !isRefusedKey(problem)) {
    const text = problem.reason === 'no_token' ? 'Header of type `authorization` was missing' : 'Unauthorized access';
    return { status: 401, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) };
  }
  const { title } = renderProblemDetails(problem).body;
  const status = problem.kind === 'unauthenticated' ? 403 : HTTP_STATUS[problem.kind];
  const isScope = problem.kind === 'forbidden' && about.decision?.reason === 'missing_scope';
  const detail = isScope ? 'missing requested authorities' : describeProblem(problem, about);
  return {
    status,
    headers: { 'content-type': PROBLEM_JSON },
    body: { title: status === 403 ? 'Forbidden' : title, status, detail },
  };
}

/** Messages of the LLM gateway, by HTTP status. */
const LLM_MESSAGES: Readonly<Record<number, string>> = {
  400: 'invalid request',
  401: 'authentication failed',
  403: 'permission denied',
  404: 'not found',
};

/** Messages for injected faults, whose problems have the kind `unavailable` and the status text as message. */
const LLM_FAULTS: Readonly<Record<string, string>> = {
  'Bad Gateway': 'authentication failed',
  'Service Unavailable': 'authentication service unavailable',
  'Gateway Timeout': 'authentication timed out',
};

/** Returns the client's id for a request to the LLM gateway, or a new id if it is missing or invalid. */
export function llmRequestId(context: Pick<RefusalContext, 'headerLines' | 'random'>): string {
  const [requestId = ''] = context.headerLines('x-request-id');
  return /^[!-~]{1,128}$/.test(requestId) ? requestId : context.random.uuid();
}

/**
 * Renders a problem in the LLM gateway's format. `detail` is ours: the gateway's message does not say what was wrong.
 */
function renderLlmProblem(problem: Problem, about: RefusalContext): Outcome {
  const { kind } = problem;
  const { status: documentedStatus, headers } = renderProblemDetails(problem);
  // The gateway asks the API, which refuses a key with 403. Only other tokens get 401.
  const status = isRefusedKey(problem) ? 403 : documentedStatus;
  const message = llmMessage(problem, status);
  const detail = kind === 'invalid_request' || kind === 'bad_path' ? problem.message : '';
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json', 'x-request-id': llmRequestId(about) },
    body: { message, ...(detail !== '' && { detail }) },
  };
}

function llmMessage({ kind, reason, message }: Problem, status: number): string {
  if (reason === 'no_token' || reason === 'wrong_scheme') return 'bearer authorization is required';
  // A refusal by an operation already has the gateway's text.
  if (kind === 'bad_state') return message;
  return LLM_MESSAGES[status] ?? own(LLM_FAULTS, message) ?? message;
}

function describeProblem(problem: Problem, about: RefusalContext): string {
  const texts: Texts | undefined = own<Texts>(TEXTS, about.operation ?? '');
  switch (problem.kind) {
    case 'unauthenticated':
      return REFUSED_KEY;
    case 'forbidden':
      if (isKeyOfOtherService(about)) return REFUSED_KEY;
      if (problem.message !== '') return problem.message;
      return texts !== undefined && isObjectMismatch(about) ? fillTemplate(texts.mismatch, about) : 'Access Denied';
    case 'not_found':
      return problem.message || fillTemplate(texts?.absent ?? 'Not found', about);
    default:
      return problem.message;
  }
}

/** The published code has no resource types: a wrong type gets the same response as a key of another function. */
function isObjectMismatch({ decision, operation, settings }: RefusalContext): boolean {
  if (decision?.reason === 'resource_mismatch') return true;
  const knowsNoTypes = settings.nvcf === 'open-source' || operation === 'createFunction';
  return decision?.reason === 'incompatible_resource_type' && knowsNoTypes;
}

/** The path may have a different id for the object, so function and version come from the lookup. */
function fillTemplate(template: string, { params, caller, decision }: RefusalContext): string {
  const lookedUp = decision?.input?.lookedUp;
  const names = lookedUp?.found === 'object' ? lookedUp.attributes?.names : undefined;
  const [functionId, versionId] = names?.['function-versions']?.[0]?.split('/') ?? [];
  const values: Readonly<Record<string, string | undefined>> = {
    functionId,
    versionId,
    account: caller?.principal.account,
    ...params,
  };
  return fillText(template, values);
}
