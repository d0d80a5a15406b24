import type { About, ErrorForm } from '../../contract/service.ts';
import type { DenyReason } from '../../core/explaining/reasons.ts';
import type { Outcome } from '../../core/outcome.ts';
import { own } from '../../core/own.ts';
import { HTTP_STATUS, type Problem, type ProblemKind } from '../../core/problem.ts';
import { PROBLEM_JSON, problemDetails } from '../../core/problem-details.ts';
import { renderRequestStatus } from '../../ngc-keys/envelope.ts';
import { TEXTS, type Texts } from './tables/texts.ts';

/** The error forms that `renderProblem` produces. */
export const ERRORS: readonly ErrorForm[] = [
  { schema: 'Problem', mediaType: PROBLEM_JSON },
  { schema: 'RequestStatusAnswer', mediaType: 'application/json' },
  null,
];

/** The error forms that `renderHostProblem` produces. */
export const HOST_ERRORS: readonly ErrorForm[] = [
  { schema: 'InvocationProblem', mediaType: PROBLEM_JSON },
  { schema: null, mediaType: 'text/plain' },
];

/** The types that the control plane publishes, by HTTP status. */
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

/** Refusals by the control plane's framework, which have no type of their own. */
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

/** Paths where the NGC gateway itself reports errors. */
const GATEWAY = /^\/v[23]\/orgs\/[^/]*\/ngc(?:\/|$)|^\/v3\//;

/** A rejected key is answered with 403, every other bearer token with 401. */
const KEY_REASONS: ReadonlySet<DenyReason | undefined> = new Set([
  'malformed_key',
  'foreign_key',
  'unknown_key',
  'expired_key',
  'disabled_key',
]);

/** Renders a problem in the form of Cloud Functions or, on paths of the NGC gateway, in the gateway's form. */
export function renderProblem(problem: Problem, about: About): Outcome {
  if (GATEWAY.test(about.path)) return renderRequestStatus(problem, about.random.uuid());
  if (problem.kind === 'unauthenticated' && !KEY_REASONS.has(problem.reason)) {
    const challenge = problem.reason === 'unsupported_token' ? INVALID_TOKEN : 'Bearer';
    return { status: 401, headers: { 'www-authenticate': challenge } };
  }
  const { status, headers, body } = problemDetails(problem);
  if (problem.kind === 'invalid_request') {
    const detail = `Validation failed: [message=${problem.message}]`;
    return { status, headers, body: { ...body, detail, instance: about.path } };
  }
  const sentStatus = problem.kind === 'unauthenticated' ? 403 : status;
  const type = TYPES[sentStatus];
  if (type === undefined || UNTYPED.has(problem.kind))
    return { status, headers, body: { ...body, instance: about.path } };
  return {
    status: sentStatus,
    headers,
    body: {
      type: `urn:nv-boot:problem-details:${type}`,
      title: TITLES[sentStatus] ?? body.title,
      status: sentStatus,
      detail: detailOf(problem, about),
      instance: about.path,
    },
  };
}

const TITLES: Readonly<Record<number, string>> = { 403: 'Forbidden' };

/** Renders a problem in the form of the invocation plane, for requests to a function's host name. */
export function renderHostProblem(problem: Problem, about: About): Outcome {
  if (problem.kind === 'unauthenticated' && !KEY_REASONS.has(problem.reason)) {
    const text = problem.reason === 'no_token' ? 'Header of type `authorization` was missing' : 'Unauthorized access';
    return { status: 401, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) };
  }
  const { title } = problemDetails(problem).body;
  const status = problem.kind === 'unauthenticated' ? 403 : HTTP_STATUS[problem.kind];
  const isScope = problem.kind === 'forbidden' && about.decision?.reason === 'missing_scope';
  const detail = isScope ? 'missing requested authorities' : detailOf(problem, about);
  return {
    status,
    headers: { 'content-type': PROBLEM_JSON },
    body: { title: TITLES[status] ?? title, status, detail },
  };
}

function detailOf(problem: Problem, about: About): string {
  const texts: Texts | undefined = own<Texts>(TEXTS, about.operation ?? '');
  switch (problem.kind) {
    case 'unauthenticated':
      return 'Authorization failed';
    case 'forbidden':
      if (problem.message !== '') return problem.message;
      return texts !== undefined && isObjectMismatch(about) ? fillTemplate(texts.mismatch, about) : 'Access Denied';
    case 'not_found':
      return problem.message || fillTemplate(texts?.absent ?? 'Not found', about);
    default:
      return problem.message;
  }
}

/** The published code has no resource types: a wrong type gets the same answer as another function's key. */
function isObjectMismatch({ decision, operation, settings }: About): boolean {
  if (decision?.reason === 'resource_mismatch') return true;
  const knowsNoTypes = settings.nvcf === 'open-source' || operation === 'createFunction';
  return decision?.reason === 'incompatible_resource_type' && knowsNoTypes;
}

/** The path may name the object by another id, so function and version come from the lookup result. */
function fillTemplate(template: string, { params, caller, decision }: About): string {
  const lookedUp = decision?.input?.lookedUp;
  const names = lookedUp?.found === 'object' ? lookedUp.attributes?.names : undefined;
  const [functionId, versionId] = names?.['function-versions']?.[0]?.split('/') ?? [];
  const known: Readonly<Record<string, string | undefined>> = {
    functionId,
    versionId,
    account: caller?.principal.account,
    ...params,
  };
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => own(known, name) ?? '');
}
