import type { ErrorForm, RefusalContext } from '../../contract/service.ts';
import { HTTP_STATUS, type Problem, type ProblemKind } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { renderMessagePage } from '../../lib/pages.ts';

export const ERROR_FORMS: readonly ErrorForm[] = [
  { schema: 'Error', mediaType: 'application/json' },
  { schema: 'OAuthError', mediaType: 'application/json' },
  { schema: null, mediaType: 'text/html' },
];

/** Messages of the vendor's documented examples, verbatim. */
const DOCUMENTED_MESSAGES: Partial<Record<ProblemKind, string>> = {
  forbidden: 'You do not have sufficient permissions.',
  not_found: 'Resource id not found.',
  conflict: 'Resource with this name already exists',
};

export function messageOf({ kind, message }: Problem): string {
  const documented = DOCUMENTED_MESSAGES[kind];
  if (documented === undefined) return message;
  return message === '' ? documented : `${documented.replace(/\.$/, '')}: ${message}`;
}

/** Renders a problem as Run:ai does: an HTML page for browsers, OAuth errors at OAuth endpoints. */
export function renderProblem(problem: Problem, context: RefusalContext): Outcome {
  if (PAGE_PATHS.test(context.path)) {
    const page = renderMessagePage(HTTP_STATUS[problem.kind], 'The request failed', problem.message);
    return { ...page, headers: { ...page.headers, ...createAllowHeader(problem) } };
  }
  // Returns whether to render an OAuth error. `/api/v2/token` has no OAuth errors for 5xx in the published document.
  return OAUTH_PATHS.test(context.path) && (context.path !== '/api/v2/token' || HTTP_STATUS[problem.kind] < 500)
    ? renderOAuthError(problem, context)
    : renderVendorError(problem, context);
}

/** Paths that are opened in a browser. */
const PAGE_PATHS = /^\/auth\/realms\/[^/]*\/(?:protocol\/openid-connect\/(?:auth|logout)|login-actions\/authenticate)$/;
/** Paths with the error format of RFC 6749, 7009 or 7662. */
const OAUTH_PATHS =
  /^\/api\/v2\/token$|^\/auth\/realms\/[^/]*\/protocol\/openid-connect\/(?:token(?:\/introspect)?|userinfo|revoke)$/;

const USERINFO_PATH = /\/userinfo$/;

function createAllowHeader({ allow }: Problem): Record<string, string> {
  return allow.length > 0 ? { allow: allow.join(', ') } : {};
}

/** Advice for a form at `/api/v1/token`. Clients often send a token request to the wrong endpoint. */
const JSON_ADVICE =
  'Send JSON with `grantType`, `clientId` and `clientSecret`. A form with `grant_type` belongs to the token endpoint of the realm and, since 2.24, to `/api/v2/token`.';

/** Renders Run:ai's error object. `details` has the message if `message` is the documented one. */
function renderVendorError(problem: Problem, { settings, path }: RefusalContext): Outcome {
  const isCredential = problem.kind === 'bad_credentials' || problem.kind === 'bad_client';
  const status = isCredential ? settings.runaiBadCredentials : HTTP_STATUS[problem.kind];
  const documented = DOCUMENTED_MESSAGES[problem.kind];
  // With `acceptEncoding`, the compression of the body is unsupported, not its media type.
  const isWrongMediaType = problem.kind === 'unsupported_media_type' && problem.acceptEncoding === undefined;
  const message = path === '/api/v1/token' && isWrongMediaType ? `${problem.message} ${JSON_ADVICE}` : problem.message;
  return {
    status,
    headers: {
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...createAllowHeader(problem),
    },
    body: {
      code: status,
      message: documented ?? message,
      ...(documented !== undefined && message !== '' && { details: message }),
    },
  };
}

type OAuthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'server_error'
  | 'temporarily_unavailable';

/** Codes of RFC 6749, 5.2 and, for userinfo, RFC 6750, 3.1. */
const OAUTH_CODES: Partial<Record<ProblemKind, OAuthCode>> = {
  unsupported_grant: 'unsupported_grant_type',
  invalid_scope: 'invalid_scope',
  forbidden: 'insufficient_scope',
  internal: 'server_error',
  storage_full: 'server_error',
  storage_failing: 'server_error',
  unavailable: 'temporarily_unavailable',
};

function renderOAuthError(problem: Problem, context: RefusalContext): Outcome {
  const error = oauthCodeOf(problem, context);
  const isClient = error === 'invalid_client';
  // RFC 6749 has no 415: another media type is a malformed request.
  const statusOfKind = problem.kind === 'unsupported_media_type' ? 400 : HTTP_STATUS[problem.kind];
  const challenge = findChallenge(error, problem);
  return {
    status: isClient ? 401 : statusOfKind,
    headers: {
      'cache-control': 'no-store',
      pragma: 'no-cache',
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
      ...createAllowHeader(problem),
    },
    body: { error, error_description: toErrorDescription(messageOf(problem)) },
  };
}

/** Returns the header `WWW-Authenticate` of an OAuth error. Without a token, it has no error code (RFC 6750, 3.1). */
function findChallenge(error: OAuthCode, { reason, challenge }: Problem): string | undefined {
  if (error === 'invalid_client') return challenge;
  if (error !== 'invalid_token') return undefined;
  return reason === 'no_token' ? 'Bearer' : 'Bearer error="invalid_token"';
}

function oauthCodeOf({ kind, reason }: Problem, { path }: RefusalContext): OAuthCode {
  // Of the OAuth endpoints, only userinfo takes an access token. The others authenticate clients.
  if (kind === 'unauthenticated') return USERINFO_PATH.test(path) ? 'invalid_token' : 'invalid_client';
  if (kind === 'bad_client') return reason === 'wrong_grant' ? 'unauthorized_client' : 'invalid_client';
  if (kind === 'bad_credentials') return 'invalid_grant';
  return OAUTH_CODES[kind] ?? 'invalid_request';
}

/** Returns a message as `error_description`: printable ASCII without `"` and `\` (RFC 6749, 5.2). */
export function toErrorDescription(message: string): string {
  return message.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, '?');
}
