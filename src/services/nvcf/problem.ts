import type { ErrorForm, RefusalContext } from '../../contract/service.ts';
import type { Decision } from '../../decisions/decision.ts';
import { HTTP_STATUS, type Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { PROBLEM_JSON, renderProblemDetails } from '../../decisions/responses/problem-details.ts';
import { own } from '../../lib/members.ts';
import {
  CONTROL_PLANE_ERRORS,
  fillText,
  isKeyOfOtherService,
  isRefusedKey,
  REFUSED_KEY_TEXT,
  renderControlPlaneProblem,
} from '../ngc-keys/control-plane.ts';
import { renderRequestStatus } from '../ngc-keys/envelope.ts';
import { renderLlmProblem } from './llm-problem.ts';
import { renderStorageProblem, XML } from './object-storage.ts';
import { TEXTS, type Texts } from './tables/texts.ts';

export const ERRORS: readonly ErrorForm[] = [
  ...CONTROL_PLANE_ERRORS,
  { schema: 'RequestStatusAnswer', mediaType: 'application/json' },
  { schema: 'LlmProblem', mediaType: 'application/json' },
  { schema: 'LlmMessagesError', mediaType: 'application/json' },
  { schema: 'ClusterProblem', mediaType: 'application/json' },
  { schema: null, mediaType: XML },
];

export const HOST_ERRORS: readonly ErrorForm[] = [
  { schema: 'InvocationProblem', mediaType: PROBLEM_JSON },
  { schema: null, mediaType: 'text/plain' },
];

/** Paths where the NGC gateway itself reports errors. */
const NGC_PATHS = /^\/v[23]\/orgs\/[^/]*\/ngc(?:\/|$)|^\/v3\//;

const LLM_PATHS = /^\/llm(?:\/|$)/;

/** Paths of instance and cluster management (ICMS). */
const ICMS_PATHS = /^\/v1\/(?:si\/)?accounts(?:\/|$)/;

export function renderProblem(problem: Problem, context: RefusalContext): Outcome {
  if (LLM_PATHS.test(context.path)) return renderLlmProblem(problem, context);
  if (NGC_PATHS.test(context.path)) return renderRequestStatus(problem, context.random.uuid());
  if (ICMS_PATHS.test(context.path)) return renderClusterProblem(problem, context);
  return (
    renderStorageProblem(problem, context) ??
    renderControlPlaneProblem(problem, context.path, describeProblem(problem, context))
  );
}

/** Renders a problem like ICMS: with a single `error` member, but bearer tokens are refused like in the control plane. */
function renderClusterProblem(problem: Problem, context: RefusalContext): Outcome {
  const detail = describeProblem(problem, context);
  const outcome = renderControlPlaneProblem(problem, context.path, detail);
  if (outcome.body === undefined) return outcome;
  const headers = { ...outcome.headers, 'content-type': 'application/json' };
  return { ...outcome, headers, body: { error: detail || renderProblemDetails(problem).body.title } };
}

/** Renders a problem in the format of the invocation plane, for requests to a function's host name. */
export function renderHostProblem(problem: Problem, context: RefusalContext): Outcome {
  if (problem.kind === 'unauthenticated' && !isRefusedKey(problem)) {
    const text = problem.reason === 'no_token' ? 'Header of type `authorization` was missing' : 'Unauthorized access';
    return { status: 401, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) };
  }
  const { title } = renderProblemDetails(problem).body;
  const status = problem.kind === 'unauthenticated' ? 403 : HTTP_STATUS[problem.kind];
  const isMissingScope = problem.kind === 'forbidden' && context.decision?.reason === 'missing_scope';
  const detail = isMissingScope ? 'missing requested authorities' : describeProblem(problem, context);
  return {
    status,
    headers: { 'content-type': PROBLEM_JSON },
    body: { title: status === 403 ? 'Forbidden' : title, status, detail },
  };
}

function describeProblem(problem: Problem, context: RefusalContext): string {
  const texts: Texts | undefined = own<Texts>(TEXTS, context.operation ?? '');
  switch (problem.kind) {
    case 'unauthenticated':
      return REFUSED_KEY_TEXT;
    case 'forbidden':
      if (isKeyOfOtherService(context)) return REFUSED_KEY_TEXT;
      if (problem.message !== '') return problem.message;
      return texts !== undefined && isObjectMismatch(context) ? fillTemplate(texts.mismatch, context) : 'Access Denied';
    case 'not_found':
      return problem.message || fillTemplate(texts?.absent ?? 'Not found', context);
    default:
      return problem.message;
  }
}

/** The published code has no resource types: a key for a wrong type gets the response for another function. */
function isObjectMismatch({ decision, operation, settings }: RefusalContext): boolean {
  if (decision?.reason === 'resource_mismatch') return true;
  if (decision?.reason !== 'incompatible_resource_type') return false;
  return settings.nvcf === 'open-source' || operation === 'createFunction' || isTooNarrow(decision);
}

/** Returns whether a key for versions was refused only because the call names none. */
function isTooNarrow({ input }: Decision): boolean {
  if (input?.accessRequest.rule.versionless !== 'refuse') return false;
  return input.caller.held.resources?.some(({ type }) => type === 'function-versions') === true;
}

/** Takes the ids from the lookup, because the path may have another, such as that of the deployment. */
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
